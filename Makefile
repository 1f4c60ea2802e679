# Everything a newcomer needs: `make lab` to learn, `make test` to be sure, `make demo` to see a cohort graded.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SETUP  := $(PYTHON) -I src/servicelab/bootstrap.py --root .
INPUTS := requirements.lock requirements-dev.lock pyproject.toml src/servicelab/bootstrap.py

.PHONY: help lab test test-fast lint demo bench build lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/.ready: $(INPUTS)
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, then run this again." >&2; exit 1; }
	@$(SETUP)

$(VENV)/.ready-dev: $(INPUTS)
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, then run this again." >&2; exit 1; }
	@$(SETUP) --dev

lab: $(VENV)/.ready ## open the course in JupyterLab (ARGS="--lang zh --no-browser")
	@exec $(BIN)/servicelab lab $(ARGS)

test: $(VENV)/.ready-dev ## everything: lint, types, units, notebooks, grading, browser
	@$(BIN)/python tests/run.py $(ARGS)

test-fast: $(VENV)/.ready-dev ## the layers that need no kernel and no browser
	@$(BIN)/python tests/run.py --fast $(ARGS)

lint: $(VENV)/.ready-dev ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check src tests benchmarks && $(BIN)/mypy

demo: $(VENV)/.ready ## a simulated cohort through the whole grading loop
	@$(BIN)/servicelab demo $(ARGS)

bench: $(VENV)/.ready-dev ## measurements, side by side, as ratios
	@$(BIN)/python benchmarks/run.py $(ARGS)

build: $(VENV)/.ready ## every edition in both languages, into build/
	@for language in en zh; do for edition in trainee solved instructor; do \
	  $(BIN)/servicelab build --edition $$edition --lang $$language || exit 1; done; done

lock: $(VENV)/.ready-dev ## renew the locks (needs uv)
	uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml -o requirements.lock
	uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header --extra dev -c requirements.lock pyproject.toml -o requirements-dev.lock
	printf 'uv\n' | uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header - -o requirements-installer.lock

clean: ## remove what can be rebuilt (your workspace/ stays)
	rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache
