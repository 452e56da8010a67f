"""`python -m ci.lowest` prints constraints: the lowest allowed version of each dependency."""

from __future__ import annotations

from ci.requirements import dependencies, lowest

if __name__ == "__main__":
    for each in dependencies():
        print(f"{each.name}=={lowest(each)}")
