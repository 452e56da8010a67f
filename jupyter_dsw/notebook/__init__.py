"""What runs in a kernel: `%dsw_info`, the panel, and where they get their readings."""
