"""What jupyter-dsw costs, as ratios measured in one run: `make bench`."""
