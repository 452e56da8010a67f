# PYTHON_ARGCOMPLETE_OK
"""`python -m jupyter_dsw.cli`: the same as `jupyter dsw`."""

from __future__ import annotations

from jupyter_dsw.cli import main

raise SystemExit(main())
