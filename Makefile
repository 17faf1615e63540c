# `make run` and `make test` are all the set-up there is: each makes .venv first, where it is missing or out of date.
# They need Python 3.11 or newer, make, and a package index.

# The first Python that is new enough; another one by `make PYTHON=/path/to/python run`.
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHONS := python3 python python3.14 python3.13 python3.12 python3.11
PYTHON ?= $(shell for python in $(PYTHONS); do "$$python" -c '$(NEW_ENOUGH)' 2>/dev/null && echo "$$python" && break; done)

VENV ?= .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

# The peers of `make bench` have an environment of their own.
VENV_BENCH ?= .venv-bench
PEERS := simpy ciw salabim cimba

# Further arguments: `make run ARGS="--replications 2"`, `make test ARGS=tests/engine`.
ARGS ?=
# Test processes at once.
PROCESSES ?= auto

.PHONY: help install run test pins bench lint style format types renew clean
.DEFAULT_GOAL := help

help:
	@echo 'make run     run scenarios/baseline.yaml: prints the answer and where the pictures lie'
	@echo 'make test    run all tests'
	@echo 'make lint    check style and types'
	@echo 'make pins    run the shipped scenarios again and say whether anything moved'
	@echo 'make bench   measure the engines beside C by hand and other simulators, five to ten minutes; needs gcc'
	@echo 'make renew   write anew what is made from cards and code: names, schemas, parts of docs/'
	@echo 'make clean   remove .venv, .venv-bench and what the tools keep; results in outputs/ stay'

install: $(INSTALLED)

run: $(INSTALLED)
	@$(BIN)/nelm run scenarios/baseline.yaml $(ARGS)

# The clinic is compiled once before the tests begin, so that their processes do not all do it.
test: $(INSTALLED)
	@$(BIN)/python -c 'from sim.running import warm_up; warm_up(print)'
	@$(BIN)/python -m pytest --quiet --numprocesses $(PROCESSES) $(ARGS)

pins: $(INSTALLED)
	@$(BIN)/nelm pin check --all --strict $(ARGS)

bench: $(INSTALLED) $(VENV_BENCH)/.installed
	@$(BIN)/python benchmarks/peers.py --others $(VENV_BENCH)/bin/python $(ARGS)

lint: style format types

style: $(INSTALLED)
	@$(BIN)/ruff check

format: $(INSTALLED)
	@$(BIN)/ruff format --check

types: $(INSTALLED)
	@$(BIN)/mypy

# Whatever quotes the cards, the board or the attributes; the tests fail where one is out of date.
renew: $(INSTALLED)
	@$(BIN)/python -m sim.evidence.names --write
	@$(BIN)/nelm schema --all schemas --base scenarios/baseline.yaml
	@$(BIN)/python docs/generate.py

clean:
	rm -rf $(VENV) $(VENV_BENCH) benchmarks/build .pytest_cache .mypy_cache .ruff_cache .hypothesis

# Installed when this file is newer than what it was installed from; a .venv left half-made is made anew.
$(INSTALLED): pyproject.toml constraints.txt
	@"$(PYTHON)" -c '$(NEW_ENOUGH)' 2>/dev/null || { \
	  echo 'nelm needs Python 3.11 or newer. Found: $(or $(PYTHON),none) ('"$$("$(or $(PYTHON),python3)" --version 2>&1)"').' >&2; \
	  echo 'Install one, or name it: make PYTHON=/path/to/python3.11 run' >&2; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || { echo 'making $(VENV)' >&2; "$(PYTHON)" -m venv --clear $(VENV); }
	@echo 'installing nelm and its libraries into $(VENV)' >&2
	@$(PIP) install --constraint constraints.txt --editable '.[dev]'
	@touch $@

# A peer that cannot be installed is left out, and so is told at the end.
$(VENV_BENCH)/.installed: benchmarks/peers.txt
	@"$(PYTHON)" -m venv --clear $(VENV_BENCH)
	@for peer in $(PEERS); do echo "installing $$peer into $(VENV_BENCH)" >&2; \
	  $(VENV_BENCH)/bin/python -m pip --quiet --disable-pip-version-check install --constraint benchmarks/peers.txt \
	  "$$peer" || echo "$$peer can not be installed here: its rows will be missing" >&2; done
	@touch $@
