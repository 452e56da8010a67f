# What a machine needs for all of this: Python 3.10+ and make. Node comes from PyPI.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# Commands of the virtual environment first: its node and jlpm, not the machine's.
export PATH := $(CURDIR)/$(BIN):$(PATH)

.PHONY: demo dev docs dsw linkcheck release pictures test check bench reliability soak build browser hub clean audit pins sbom minimum prereleases integrations

# Editable, so the panel and the labextension are built too; made anew when the metadata changes.
$(VENV)/ready: pyproject.toml ci/constraints.txt labextension/package.json labextension/yarn.lock
	$(PYTHON) -c 'import sys; sys.exit("jupyter-dsw needs Python 3.10 or newer; say make PYTHON=…") if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade --constraint ci/constraints.txt pip
	$(BIN)/python -m pip install --quiet --constraint ci/constraints.txt --editable '.[dev]'
	touch $@

# What the browser runs, rebuilt when its sources changed.
PANEL_SOURCES := $(shell find labextension/src labextension/style labextension/schema labextension/scripts jupyter_dsw/locale -type f)
$(VENV)/front: $(VENV)/ready $(PANEL_SOURCES)
	cd labextension && jlpm install --immutable && jlpm build:prod
	$(BIN)/jupyter-builder develop --overwrite .
	touch $@

# Who does not develop gets a small environment, with what the demo needs and no more.
DEMO := .venv-demo
$(DEMO)/ready: pyproject.toml labextension/package.json labextension/yarn.lock $(PANEL_SOURCES) $(shell find jupyter_dsw -name '*.py' -o -name '*.ipynb')
	$(PYTHON) -c 'import sys; sys.exit("jupyter-dsw needs Python 3.10 or newer; say make PYTHON=…") if sys.version_info < (3, 10) else None'
	$(PYTHON) -m venv $(DEMO)
	rm -rf jupyter_dsw/labextension jupyter_dsw/notebook/static
	$(DEMO)/bin/python -m pip install --quiet --disable-pip-version-check '.[demo]'
	touch $@

demo: $(if $(wildcard $(VENV)/ready),$(VENV)/front,$(DEMO)/ready)
	$(if $(wildcard $(VENV)/ready),$(BIN),$(DEMO)/bin)/jupyter-dsw demo

# The demo, with the front end built anew whenever a source is saved. The next target that needs the
# published form builds that again.
dev: $(VENV)/front
	rm $(VENV)/front
	$(BIN)/python -m scripts.dev $(OPTIONS)

# JupyterLab 3.6.5 as on a PAI-DSW instance; say OPTIONS=--with-server for jupyter-dsw in its environment too.
dsw: $(VENV)/front
	$(BIN)/python -m tests.dsw $(OPTIONS)

# The documentation, in docs/_build.
docs: $(VENV)/front
	$(BIN)/python -m sphinx -W --keep-going -n -E -q docs docs/_build

# Links to other hosts, for machines that reach them. Those inside are checked by `make test`.
linkcheck: $(VENV)/ready
	$(BIN)/python -m sphinx -b linkcheck -q docs docs/_build/linkcheck

# What a release consists of, made and checked in dist/. Nothing is uploaded.
release: $(VENV)/front
	$(BIN)/python -m scripts.release

# Taken of the real JupyterLab, for README and docs; to be committed.
pictures: $(VENV)/front browser
	$(BIN)/python -m scripts.pictures

test: $(VENV)/front browser hub
	cd labextension && jlpm test
	$(BIN)/python -m pytest --numprocesses 2 --no-loadscope-reorder $(TEST_OPTIONS)

# With the oldest and the newest supported training frameworks, in environments of their own. What tests
# need besides comes from the development environment. The variable is for PyTorch: since 2.6 it loads
# only weights by default, and the frameworks of before load more.
integrations: $(VENV)/integrations-oldest/ready $(VENV)/integrations-newest/ready
	TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1 $(VENV)/integrations-oldest/bin/python -m pytest $(WITH_FRAMEWORKS)
	$(VENV)/integrations-newest/bin/python -m pytest $(WITH_FRAMEWORKS)

# Warnings of frameworks are not ours to heed.
WITH_FRAMEWORKS := --numprocesses 2 --override-ini filterwarnings=default $(TEST_OPTIONS) tests/integrations/frameworks
$(VENV)/integrations-%/ready: ci/integrations-%.txt $(VENV)/ready
	$(PYTHON) -m venv --clear $(@D)
	$(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
		> $(VENV)/development.pth
	mv $(VENV)/development.pth $(@D)/lib/python*/site-packages/
	$(@D)/bin/python -m pip install --quiet --disable-pip-version-check --constraint $< \
		torch torchdata transformers lightning pytorch-lightning accelerate
	touch $@

check: $(VENV)/front
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m ci.vocabulary
	cd labextension && jlpm lint:check && jlpm tsc:check

# Compiled, as pip leaves what it installs. The wheels of other extensions are only compared in size.
bench: $(VENV)/front browser
	$(BIN)/python -m compileall -q jupyter_dsw
	$(BIN)/python -m pip download --quiet --no-deps --dest $(VENV)/peers \
		jupyter-resource-usage jupyterlab-nvdashboard sagemaker-jupyterlab-extension
	$(BIN)/python -m benchmarks

# Brings about every fault and writes the table of docs/reliability.md.
reliability: $(VENV)/front browser
	rm -rf $(VENV)/reliability && mkdir $(VENV)/reliability
	RELIABILITY_RECORD=$(CURDIR)/$(VENV)/reliability $(BIN)/python -m pytest \
		tests/faults tests/browser/test_many_panels.py --ignore tests/faults/test_reliability_page.py
	$(BIN)/python -m tests.faults.reliability_page $(VENV)/reliability

# Some minutes under load; writes its figures into docs/reliability.md.
soak: $(VENV)/front
	$(BIN)/python -m tests.soak

build: $(VENV)/front
	$(BIN)/python -m build

browser: $(VENV)/ready
	$(BIN)/python -m tests.browser.chromium

# JupyterHub's proxy.
hub: $(VENV)/ready
	$(BIN)/python -m tests.hub.proxy

# Known vulnerabilities, for machines that reach the databases of PyPI and npm.
audit: $(VENV)/ready
	$(BIN)/python -m ci.audit

# The newest versions of all that CI uses.
pins: $(VENV)/ready
	$(BIN)/python -m ci.pins

# The wheel's bill of materials.
sbom: $(VENV)/front
	$(BIN)/python -m ci.sbom

# The server's, the kernel's and the API's tests, with the lowest versions that the package allows. Twice,
# for the client of kernels of that time wants an event loop that no server has closed. Left out: events,
# which jupyter-server 1 does not have, its own log of referers, and the official library.
minimum: $(VENV)/front
	$(PYTHON) -m venv --clear $(VENV)/minimum
	$(BIN)/python -m ci.lowest > $(VENV)/minimum/constraints.txt
	$(VENV)/minimum/bin/python -m pip install --quiet --constraint $(VENV)/minimum/constraints.txt '.[lowest]'
	PATH="$(CURDIR)/$(VENV)/minimum/bin:$$PATH" python -m pytest $(WITH_OTHER_VERSIONS) --ignore tests/server/test_events.py \
		-k 'not no_header_of_it' tests/server
	PATH="$(CURDIR)/$(VENV)/minimum/bin:$$PATH" python -m pytest $(WITH_OTHER_VERSIONS) --ignore tests/upstream/test_signature.py \
		-k 'not official' tests/model tests/notebook tests/render tests/upstream

# All tests but those of the window, with what is to come.
prereleases: $(VENV)/front browser
	$(PYTHON) -m venv --clear $(VENV)/prereleases
	$(VENV)/prereleases/bin/python -m pip install --quiet --pre '.[dev]'
	$(VENV)/prereleases/bin/python -m tests.hub.proxy
	PATH="$(CURDIR)/$(VENV)/prereleases/bin:$$PATH" python -m pytest $(WITH_OTHER_VERSIONS)

# Warnings of other versions are not ours to heed.
WITH_OTHER_VERSIONS := --numprocesses 2 --ignore tests/browser --override-ini filterwarnings=default

clean:
	rm -rf $(VENV) $(DEMO) dist jupyter_dsw/labextension jupyter_dsw/notebook/static labextension/node_modules labextension/lib
