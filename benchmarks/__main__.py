"""Run every benchmark and print its rows: `make bench`."""

from __future__ import annotations

from benchmarks import doors, one_reading, time_left

if __name__ == "__main__":
    for module in (time_left, one_reading, doors):
        for row in module.measure():
            print(row, flush=True)
