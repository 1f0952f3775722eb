# The whole developer interface: demo, test, test-all, check, docs, bench, clean.
# PYTHON picks the interpreter that makes the virtual environment (3.11 or newer): make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
JOBS ?= 2
# neighbours stay together, so that what they have in common is compiled once
SHARED := -n $(JOBS) --dist worksteal

.DEFAULT_GOAL := help
.PHONY: help install demo check docs test test-all bench-peers bench clean

help:
	@echo 'make demo      simulate 4000 neurons, print rates and timing, write the raster'
	@echo 'make test      lint, types, layers, documentation, tests (minutes)'
	@echo 'make test-all  the same with the slow tests'
	@echo 'make check     lint, types and layers alone'
	@echo 'make docs      build the documentation into site/'
	@echo 'make bench-peers  install the other simulators, each into an environment of its own below benchmarks/.peers'
	@echo 'make bench     compare with them (about two hours; BENCH="--only coba hh" for a part)'
	@echo 'make clean     remove what was built; make again afterwards'

install: $(STAMP)

$(STAMP): pyproject.toml
	@command -v '$(PYTHON)' >/dev/null 2>&1 || \
		{ echo 'eqsim needs Python 3.11 or newer, and there is no "$(PYTHON)"; choose one: make PYTHON=python3.12' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo 'eqsim needs Python 3.11 or newer, and $(PYTHON) is older; choose one: make PYTHON=python3.12' >&2; exit 1; }
	@test -x $(BIN)/python || '$(PYTHON)' -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@

demo: $(STAMP)
	$(BIN)/eqsim demo

check: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

docs: $(STAMP)
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

test: check docs
	$(BIN)/pytest $(SHARED) -m 'not slow'

test-all: check docs
	$(BIN)/pytest $(SHARED)

bench-peers:
	sh benchmarks/install_peers.sh '$(PYTHON)'
	$(MAKE) --silent -C benchmarks/in_c

bench: $(STAMP) bench-peers
	$(BIN)/python benchmarks/compare.py $(BENCH)

clean:
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
