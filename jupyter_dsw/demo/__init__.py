"""`jupyter dsw demo`: JupyterLab on a simulated instance, with a notebook that shows it."""

from jupyter_dsw.demo.run import run

__all__ = ["run"]
