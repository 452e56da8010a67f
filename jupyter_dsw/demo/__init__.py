"""`jupyter dsw demo`: JupyterLab on a simulated instance, with a notebook that shows it around."""

from __future__ import annotations

from jupyter_dsw.demo.simulate import simulate

__all__ = ["simulate"]
