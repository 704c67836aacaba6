# `make` alone = lint + test. `make demo` and `make test` set up everything they need on a fresh Debian machine with Python 3.11.

PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
# Twice the cores: a call mostly waits (tests/conftest.py).
JOBS ?= 4
# Else each of the many programs that tests start would compile everything anew.
unexport PYTHONDONTWRITEBYTECODE

all: lint test

demo: $(VENV)/.installed ## dial a practice district over real SIP and write the report
	$(BIN)/probe demo

test: $(VENV)/.tests packages ## run every test, real SIP peers, database server and browser included
	$(BIN)/pytest -n $(JOBS) --dist loadfile --no-loadscope-reorder

lint: $(VENV)/.tests
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

bench: $(VENV)/.tests packages ## measure lines, words, menus, busy calls and start-up on this machine
	$(BIN)/python -m tests.bench

bench-hearing: $(VENV)/.tests packages ## how often the verdicts are right and how soon: the corpus over 1600 lines
	$(BIN)/python -m tests.bench.hearing

bench-words: $(VENV)/.tests packages ## what the recogniser costs, and how well it reads
	$(BIN)/python -m tests.bench.words

bench-tones: $(VENV)/.tests packages ## how often call-progress tones are heard for what they are
	$(BIN)/python -m tests.bench.tones

bench-kills: $(VENV)/.tests ## 200 seeded SIGKILLs during rounds: nothing unaccounted for, nothing dialled twice
	$(BIN)/python -m tests.bench.kills

bench-plan: $(VENV)/.tests ## what planning a day of 100,000 numbers costs, and how late a due call is started
	$(BIN)/python -m tests.bench.plan
	$(BIN)/python -m tests.bench.late

bench-odds: $(VENV)/.tests ## how soon a stuck handset is found, at which price in calls and false alarms
	$(BIN)/python -m tests.bench.odds
	$(BIN)/python -m tests.bench.odds_cost

bench-reports: $(VENV)/.tests ## what a report's figures cost over a year of a million calls
	$(BIN)/python -m tests.bench.reports

bench-fuzz: $(VENV)/.tests ## thousands of spoilt messages and packets against real lines: no call lost, no line hung
	$(BIN)/python -m tests.bench.fuzz

bench-post: $(VENV)/.tests ## a thousand letters to a real mail server with TLS and a login
	$(BIN)/python -m tests.bench.post

bench-soak: $(VENV)/.tests ## 2,000 calls through 8 lines: neither memory nor file descriptors nor ports grow
	$(BIN)/python -m tests.bench.soak

packages: ## Debian packages that the tests need (SIP peers, a browser)
	@sh tests/packages.sh

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV) || { echo "hint: on Debian, apt-get install python3-venv"; exit 1; }

$(VENV)/.installed: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(VENV)/.tests: setup.cfg pyproject.toml | $(VENV)/bin/python
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[test]'
	@touch $@ $(VENV)/.installed

clean:
	rm -rf $(VENV) build dist *.egg-info tongbutong-demo

help: ## this list
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

.PHONY: all demo test lint bench bench-hearing bench-words bench-tones bench-kills bench-plan bench-odds bench-reports bench-fuzz bench-post bench-soak packages clean help
.DEFAULT_GOAL := all
