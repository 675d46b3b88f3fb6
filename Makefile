# make demo   installs what is missing, then runs the main job on a small example
# make test   installs what is missing, then runs the tests
# make check  style, types and layers
SHELL := /bin/bash
.DEFAULT_GOAL := help
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help setup setup-test demo test check clean

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

$(VENV)/.installed: pyproject.toml constraints.txt scripts/setup.sh
	scripts/setup.sh run
	@touch $@

$(VENV)/.installed-test: $(VENV)/.installed
	scripts/setup.sh test
	@touch $@

setup: $(VENV)/.installed ## installs what running needs (Debian and Ubuntu packages, a virtual environment)

setup-test: $(VENV)/.installed-test ## and what the tests need

demo: $(VENV)/.installed ## from scans in a watched folder to a table of rates, in the folder demo/
	scripts/demo.sh

test: $(VENV)/.installed-test ## all tests, with a real S3 server, PostgreSQL, Prefect and Tesseract
	$(BIN)/pytest

check: $(VENV)/.installed-test ## ruff, mypy --strict, import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

clean: ## removes what was made here: the environment, the demo, caches
	rm -rf $(VENV) demo build *.egg-info .mypy_cache .ruff_cache .pytest_cache
