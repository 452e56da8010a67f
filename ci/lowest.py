"""`python -m ci.lowest` prints constraints: the lowest allowed version of each dependency."""

from __future__ import annotations

from ci.requirements import dependencies, lowest

# The rest of such an environment. Without these pip would look for it among hundreds of versions.
CONTEMPORARIES = """
ipykernel==6.24.0
ipython==8.14.0
jupyter-client==7.4.9
jupyter-server-ydoc==0.8.0
jupyter-ydoc==0.2.5
jupyterlab==3.6.5
jupyterlab-server==2.23.0
nbclassic==1.0.0
nbconvert==7.16.4
notebook==6.5.4
traitlets==5.9.0
urllib3==1.26.20
"""

if __name__ == "__main__":
    for each in dependencies():
        print(f"{each.name}=={lowest(each)}")
    print(CONTEMPORARIES.strip())
