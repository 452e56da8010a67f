"""Messages to a person's phone, chat or mailbox before a stop, by Apprise's services."""
