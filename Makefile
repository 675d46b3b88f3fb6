# make demo   installs what is missing, then runs the main job on a small example
# make test   installs what is missing, then runs the tests
# make test-faults   the tests that take long: faults from outside, load, mutated files
# make check  style, types and layers
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-test setup-train demo test test-faults check clean peers bench bench-quick accuracy accuracy-quick

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml constraints.txt scripts/setup.sh
	scripts/setup.sh run
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	scripts/setup.sh test
	@touch $@

$(VENV)/.installed-train: $(VENV)/.installed-test
	scripts/setup.sh train
	@touch $@

setup: $(VENV)/.installed ## installs what running needs (Debian and Ubuntu packages, a virtual environment)

setup-test: $(VENV)/.installed-test ## and what the tests need

demo: $(VENV)/.installed ## from scans in a watched folder to a table of rates, in the folder demo/
	scripts/demo.sh

test: $(VENV)/.installed-test ## all tests, with a real S3 server, PostgreSQL, Prefect and Tesseract
	$(BIN)/pytest

setup-train: $(VENV)/.installed-train ## and what training a recogniser needs: PyTorch and typefaces

test-faults: $(VENV)/.installed-train ## the long ones: servers killed, disks filled, 10,000 files at once, mutated files
	nice $(BIN)/pytest -m faults

check: $(VENV)/.installed-test ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

peers: $(VENV)/.installed ## installs what the benchmarks compare with, in build/peers
	scripts/peers.sh

bench: $(VENV)/.installed-test peers ## speed beside the peers, written to docs/performance.md; takes over an hour
	$(BIN)/python -m benchmarks.speed --write docs/performance.md

bench-quick: $(VENV)/.installed-test ## the same in a minute or two, printed only
	$(BIN)/python -m benchmarks.speed --quick

accuracy: $(VENV)/.installed-test peers ## accuracy beside the peers, written to docs/accuracy.md; about 30 CPU-minutes
	$(BIN)/python -m benchmarks.accuracy --write docs/accuracy.md --pictures docs/misread.jpg

accuracy-quick: $(VENV)/.installed-test peers ## the same on a part of the pages, printed only; about 10 CPU-minutes
	$(BIN)/python -m benchmarks.accuracy --acts 6

clean: ## removes what was made here: the environment, the demo, caches
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache
