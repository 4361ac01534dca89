# Everything a developer, a user and CI run. `make demo` and `make test` are all a newcomer needs.
.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin
STAMP := .venv/.installed
export DAGSTER_HOME ?= $(CURDIR)/.dagster
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export DAGSTER_DISABLE_TELEMETRY := 1

.PHONY: help install demo test test-long check format bench dev clean

help:  ## Show this help
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

install: $(STAMP)  ## Create .venv and install from the locked, hashed requirements

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) scripts/preflight.py
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing (a few minutes and about 6 GB the first time) …"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

demo: install  ## Build the bundled corpus and ask it three questions
	@$(BIN)/lexiane demo

test: install  ## Run the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

test-long: install  ## Run the same properties at full size (nightly)
	$(BIN)/python -m pytest -m "long or not long" -n 2 --dist worksteal $(ARGS)

check: install  ## Lint, format, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: install  ## Apply the formatter and the safe fixes
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: install  ## Run every benchmark beside its peers; results in benchmarks/results
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements-bench.lock
	$(BIN)/python -m benchmarks $(ARGS)

dev: install  ## Open the Dagster UI with the project loaded
	@mkdir -p $(DAGSTER_HOME)
	. $(BIN)/activate && dg dev

clean:  ## Remove what builds made; sources and .venv stay
	rm -rf .lexiane .dagster dist build
