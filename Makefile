# Everything happens inside .venv, made from pyproject.toml and constraints.txt.
#   make demo         install, run the first scenario, say how to look at it
#   make test         install with the test extra, run the test suite
#   make test-slow    the tests marked slow
#   make docs         the documentation, into docs/_build/html; a warning is an error
#   make check        what CI runs: linters, types, documentation, both test suites
PYTHON ?= python3
# An index that carries the torch build you want, for example PyTorch's CPU builds; empty means pip's own index.
TORCH_INDEX ?=

VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
FIRST := scenarios/first-walk.scenario.yaml

.PHONY: demo test test-slow lint docs check clean
.DELETE_ON_ERROR:

$(VENV)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "Wayfare needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 2; }
	@$(PYTHON) -m venv $(VENV)
	@touch $@

$(VENV)/installed: $(VENV)/python pyproject.toml constraints.txt
	@echo "Installing Wayfare into $(VENV) (once; a minute or two)"
	@$(PIP) install --quiet --constraint constraints.txt $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX) --no-deps,) torch
	@$(PIP) install --quiet --constraint constraints.txt --editable .
	@touch $@

$(VENV)/installed-test: $(VENV)/installed
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[test]'
	@touch $@

$(VENV)/installed-docs: $(VENV)/installed
	@$(PIP) install --quiet --constraint constraints.txt --editable '.[docs]'
	@touch $@

demo: $(VENV)/installed
	@$(BIN)/wayfare run $(FIRST) --out runs
	@echo "See it in the browser:  $(BIN)/wayfare dashboard runs/"

test: $(VENV)/installed-test
	$(BIN)/python -m pytest -n auto

test-slow: $(VENV)/installed-test
	$(BIN)/python -m pytest -m slow -n auto --dist loadfile

lint: $(VENV)/installed-test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(VENV)/installed-docs
	$(BIN)/sphinx-build --quiet -W --keep-going -b html docs docs/_build/html

check: lint docs test test-slow

clean:
	rm -rf $(VENV) build dist docs/_build docs/reference *.egg-info
