# What a machine needs for all of this: Python 3.10+ and make. Node comes from PyPI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Commands of the virtual environment first: its node and jlpm, not the machine's.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo test check bench build browser clean

# Editable, so the panel and the labextension are built too; made anew when the metadata changes.
$(VENV)/ready: pyproject.toml labextension/package.json labextension/yarn.lock
	$(PYTHON) -c 'import sys; sys.exit("jupyter-dsw needs Python 3.10 or newer; say make PYTHON=…") if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[dev]'
	touch $@

# What the browser runs, rebuilt when its sources changed.
PANEL_SOURCES := $(shell find labextension/src labextension/style labextension/scripts jupyter_dsw/locale -type f)
$(VENV)/front: $(VENV)/ready $(PANEL_SOURCES)
	cd labextension && jlpm install --immutable && jlpm build:prod
	$(BIN)/jupyter-builder develop --overwrite .
	touch $@

demo: $(VENV)/front
	$(BIN)/jupyter-dsw demo

test: $(VENV)/front browser
	cd labextension && jlpm test
	$(BIN)/python -m pytest --numprocesses 2

check: $(VENV)/front
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	cd labextension && jlpm lint:check && jlpm tsc:check

bench: $(VENV)/front
	$(BIN)/python -m benchmarks.time_left

build: $(VENV)/front
	$(BIN)/python -m build

browser: $(VENV)/ready
	$(BIN)/python -m tests.browser.chromium

clean:
	rm -rf $(VENV) dist jupyter_dsw/labextension jupyter_dsw/notebook/static labextension/node_modules labextension/lib
