"""What is run by hand, by `make`."""
