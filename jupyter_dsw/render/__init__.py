"""A reading for people: sections, text, HTML."""
