# Each target sets up what it needs in .venv and node_modules; a stamp says what that was done for.
# Needs only python3 (3.10 to 3.13) with pip: Node.js comes from PyPI. `make PYTHON=python3.12 test` takes another interpreter.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet
JLPM   := PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/jlpm
LINK   := $(VENV)/share/jupyter/labextensions/cellburst
BUILT  := py_src/cellburst/labextension
SOURCES := $(shell find labextension/src labextension/style labextension/schema widget -type f 2>/dev/null)
WORKERS := 2
# `make test ARGS="-k magics"` selects nothing in some of the suites: pytest ends with 5 then
NONE_IS_FINE := || test $$? -eq 5
LAB    := JUPYTERLAB_WORKSPACES_DIR=build/lab/.workspaces $(BIN)/jupyter lab

.PHONY: help setup demo demo-cloud lab test test-js test-python test-ui fidelity lint bench types labextension browser screenshots clean
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:
	@echo "make demo   train every scikit-learn model in parallel, in the terminal"
	@echo "make demo-cloud  fifty tasks on ten machines of a made-up cloud, two of which are taken back, and the bill"
	@echo "make lab    the same notebook in JupyterLab, with the panel beside it"
	@echo "make test   run all tests: test-js (jest), test-python (pytest), test-ui (in a browser)"
	@echo "make fidelity  compare every cell of the corpus with a plain kernel"
	@echo "make lint   ruff, mypy, eslint, stylelint, prettier and the import rules of both languages"
	@echo "make types  the page's types of the server's interface"
	@echo "make bench  measure against other systems, in the same run"
	@echo "make screenshots  the pictures of README and docs, anew"
	@echo "make setup  everything a contributor needs, in $(VENV) and node_modules"

setup: $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/demo $(STAMPS)/ui labextension browser

demo: $(STAMPS)/demo
	$(BIN)/cellburst demo --folder build/demo

demo-cloud: $(STAMPS)/cloud
	$(BIN)/cellburst demo-cloud $(ARGS)

# A copy of the notebook, so that what it computes does not change the checkout, and a workspace in which the panel is open.
lab: $(STAMPS)/demo labextension
	@mkdir -p build/lab
	@test -f build/lab/quickstart.ipynb || cp examples/quickstart.ipynb build/lab/
	@test -d build/lab/.workspaces || $(LAB) workspaces import binder/workspace.json >/dev/null
	$(LAB) --ServerApp.root_dir=build/lab --LabApp.default_url=/lab/tree/quickstart.ipynb \
	  $(if $(filter 0,$(shell id -u)),--allow-root) $(ARGS)

test: $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/ui labextension browser
	@$(MAKE) --no-print-directory test-js test-python test-ui

test-js: $(STAMPS)/js
	$(JLPM) test $(if $(CI),--ci)

test-python: $(STAMPS)/test $(STAMPS)/lint
	$(BIN)/python -m pytest -n auto --dist worksteal $(ARGS) $(NONE_IS_FINE)

test-ui: $(STAMPS)/ui labextension browser
	$(BIN)/python -m pytest -n $(WORKERS) --dist worksteal ui-tests $(ARGS) $(NONE_IS_FINE)

BOOKS ?= tests/fidelity/corpus
fidelity: $(STAMPS)/test
	@mkdir -p build
	$(BIN)/python -m tests.fidelity $(BOOKS) --target local --report build/fidelity.html $(ARGS)

lint: $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/js
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(JLPM) lint

types: $(STAMPS)/test $(STAMPS)/js
	$(BIN)/python -m cellburst.server.openapi > labextension/src/api/openapi.json
	$(JLPM) types

bench: $(STAMPS)/bench
	$(BIN)/python -m benchmarks $(ARGS)

screenshots: $(STAMPS)/ui $(STAMPS)/demo labextension browser
	PYTHONPATH=. $(BIN)/python ui-tests/screenshots.py $(ARGS)

clean:
	rm -rf $(VENV) node_modules build dist labextension/lib labextension/*.tsbuildinfo widget/*.tsbuildinfo $(BUILT) py_src/cellburst/widgets/static

# Debian's python3 comes without ensurepip: then the pip outside puts one inside.
$(STAMPS)/venv:
	@$(PYTHON) -c 'import sys; v = sys.version_info; sys.exit(not (3, 10) <= v[:2] and "python3 is %d.%d; cellburst needs 3.10 to 3.13: make PYTHON=python3.12" % v[:2])'
	@echo "Setting up $(VENV) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) >/dev/null 2>&1 \
	  || { $(PYTHON) -m venv --clear --without-pip $(VENV) && $(PYTHON) -m pip --python $(BIN)/python install --quiet pip; }
	@$(PIP) install --upgrade "pip>=25.1"
	@mkdir -p $(STAMPS) && touch $@

$(STAMPS)/demo: $(STAMPS)/venv pyproject.toml
	@echo "Installing cellburst with JupyterLab and scikit-learn ..."
	@$(PIP) install --editable ".[demo]"
	@touch $@

$(STAMPS)/cloud: $(STAMPS)/venv pyproject.toml
	@echo "Installing cellburst with its made-up cloud ..."
	@$(PIP) install --editable ".[fakecloud]"
	@touch $@

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml
	@echo "Installing cellburst with its tests ..."
	@$(PIP) install --editable . --group test
	@touch $@

$(STAMPS)/lint: $(STAMPS)/venv pyproject.toml
	@$(PIP) install --group lint
	@touch $@

$(STAMPS)/ui: $(STAMPS)/test
	@echo "Installing JupyterLab and Playwright ..."
	@$(PIP) install --editable ".[demo]" --group ui
	@touch $@

# Node.js and jlpm come from PyPI, whatever this machine has; node_modules is some 500 MB.
$(STAMPS)/js: $(STAMPS)/venv package.json yarn.lock .yarnrc.yml
	@echo "Installing what the Lab extension is built with (minutes the first time) ..."
	@$(PIP) install --group js
	@mkdir -p build
	@$(JLPM) install --immutable >build/jlpm.log 2>&1 || { cat build/jlpm.log; exit 1; }
	@touch $@

labextension: $(BUILT)/package.json $(LINK)

# What was built is its own stamp: one that is gone is built again.
$(BUILT)/package.json: $(STAMPS)/js tsconfig.json $(SOURCES)
	@mkdir -p build
	@echo "Building the Lab extension and the parameter grid ..."
	@$(JLPM) build:prod >build/labextension.log 2>&1 || { cat build/labextension.log; exit 1; }
	@touch $@

$(LINK):
	@mkdir -p $(dir $@)
	@ln -sfn "$(CURDIR)/$(BUILT)" $@

browser: $(STAMPS)/ui
	@$(BIN)/python ui-tests/chromium.py

# A peer that this Python or platform has no wheel of is left out of the table.
$(STAMPS)/bench: $(STAMPS)/test benchmarks/peers.txt
	@echo "Installing the systems to compare with ..."
	@grep -v '^#' benchmarks/peers.txt | while read -r peer; do \
	  $(PIP) install --only-binary :all: "$$peer" || echo "  left out: $$peer"; done
	@touch $@
