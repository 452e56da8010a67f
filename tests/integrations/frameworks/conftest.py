"""Tests with the real frameworks: `make integrations` runs them, where these are installed."""

from __future__ import annotations

from importlib.util import find_spec

# `make test` runs without frameworks; `make integrations` fails if it finds no test.
collect_ignore_glob = [] if find_spec("torch") else ["*"]
