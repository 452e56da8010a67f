"""The PAI-DSW endpoint: settings, credentials, signature, client, errors. Knows HTTP only."""
