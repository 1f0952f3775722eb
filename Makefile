# The whole developer interface: demo, test, test-all, test-cuda, test-ptx, check, docs, bench, clean.
# PYTHON picks the interpreter that makes the virtual environment (3.11 or newer): make test PYTHON=python3.12

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
CUDA := $(VENV)/cuda
PTX := $(VENV)/ptx
STAMP := $(VENV)/.installed
JOBS ?= 2
# neighbours stay together, so that what they have in common is compiled once
SHARED := -n $(JOBS) --dist worksteal
PLACE := import sysconfig; print(sysconfig.get_paths()["purelib"])

.DEFAULT_GOAL := help
.PHONY: help install demo check docs test test-all test-cuda test-ptx bench-peers bench clean

help:
	@echo 'make demo      simulate 4000 neurons, print rates and timing, write the raster'
	@echo 'make test      lint, types, layers, documentation, tests (minutes)'
	@echo 'make test-all  the same with the slow tests'
	@echo 'make test-cuda the tests of the CUDA target alone, in a simulator of a device'
	@echo 'make test-ptx  compile its kernels for devices (installs 800 MB of compiler)'
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
	@$(MAKE) --no-print-directory test-cuda

test-all: check docs
	$(BIN)/pytest $(SHARED)
	@$(MAKE) --no-print-directory test-cuda

# numba-cuda puts itself before Numba in every start of an interpreter, so it has environments of its own on top of .venv
test-cuda: $(CUDA)/.installed
	NUMBA_ENABLE_CUDASIM=1 $(CUDA)/bin/python -m pytest tests/cuda

test-ptx: $(PTX)/.installed
	$(PTX)/bin/python -m pytest tests/targets/test_cuda_ptx.py

$(CUDA)/.installed: $(STAMP)
	$(BIN)/python -m venv $(CUDA)
	$(BIN)/python -c '$(PLACE)' > "$$($(CUDA)/bin/python -c '$(PLACE)')/eqsim_dev.pth"
	$(CUDA)/bin/python -m pip install --quiet --disable-pip-version-check 'numba-cuda>=0.30'
	@touch $@

$(PTX)/.installed: $(STAMP)
	$(BIN)/python -m venv $(PTX)
	$(BIN)/python -c '$(PLACE)' > "$$($(PTX)/bin/python -c '$(PLACE)')/eqsim_dev.pth"
	$(PTX)/bin/python -m pip install --quiet --disable-pip-version-check 'numba-cuda[cu13]>=0.30'
	@touch $@

bench-peers:
	sh benchmarks/install_peers.sh '$(PYTHON)'
	$(MAKE) --silent -C benchmarks/in_c

bench: $(STAMP) bench-peers
	$(BIN)/python benchmarks/compare.py $(BENCH)

clean:
	rm -rf $(VENV) build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
