# Each target sets up what it needs in .venv; a stamp there says that it was done for this pyproject.toml.
# Needs only python3 (3.10 to 3.13) with pip. `make PYTHON=python3.12 test` takes another interpreter.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
STAMPS := $(VENV)/.stamps
PIP    := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: help setup demo test fidelity lint bench lab clean
.DEFAULT_GOAL := help
.NOTPARALLEL:

help:
	@echo "make demo   train every scikit-learn model in parallel, in the terminal"
	@echo "make lab    the same notebook in JupyterLab"
	@echo "make test   run all tests"
	@echo "make fidelity  compare every cell of the corpus with a plain kernel"
	@echo "make lint   ruff, mypy and the import rules"
	@echo "make bench  measure against other systems, in the same run"
	@echo "make setup  everything a contributor needs, in $(VENV)"

setup: $(STAMPS)/test $(STAMPS)/lint $(STAMPS)/demo

demo: $(STAMPS)/demo
	$(BIN)/cellburst demo --folder build/demo

lab: $(STAMPS)/demo
	$(BIN)/jupyter lab examples/quickstart.ipynb

test: $(STAMPS)/test $(STAMPS)/lint
	$(BIN)/python -m pytest -n auto $(ARGS)

fidelity: $(STAMPS)/test
	@mkdir -p build
	$(BIN)/python -m tests.fidelity tests/fidelity/corpus --target local --report build/fidelity.html $(ARGS)

lint: $(STAMPS)/test $(STAMPS)/lint
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache

bench: $(STAMPS)/bench
	$(BIN)/python -m benchmarks $(ARGS)

clean:
	rm -rf $(VENV) build dist

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

$(STAMPS)/test: $(STAMPS)/venv pyproject.toml
	@echo "Installing cellburst with its tests ..."
	@$(PIP) install --editable . --group test
	@touch $@

$(STAMPS)/lint: $(STAMPS)/venv pyproject.toml
	@$(PIP) install --group lint
	@touch $@

# A peer that this Python or platform has no wheel of is left out of the table.
$(STAMPS)/bench: $(STAMPS)/test benchmarks/peers.txt
	@echo "Installing the systems to compare with ..."
	@grep -v '^#' benchmarks/peers.txt | while read -r peer; do \
	  $(PIP) install --only-binary :all: "$$peer" || echo "  left out: $$peer"; done
	@touch $@
