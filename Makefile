# Everything a newcomer needs: `make lab` to learn, `make test` to be sure, `make demo` to see a cohort graded.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
SETUP  := $(PYTHON) -I src/servicelab/bootstrap.py --root .
INPUTS := requirements-instructor.lock requirements-dev.lock pyproject.toml src/servicelab/bootstrap.py

.PHONY: help lab test test-fast lint demo soak bench build lock clean
.DEFAULT_GOAL := help

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/.ready-instructor: $(INPUTS)
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, then run this again." >&2; exit 1; }
	@$(SETUP) --part instructor

$(VENV)/.ready-dev: $(INPUTS)
	@command -v $(PYTHON) >/dev/null || { echo "Python is missing: install Python 3.11 or newer, then run this again." >&2; exit 1; }
	@$(SETUP) --part dev

lab: $(VENV)/.ready-instructor ## open the course in JupyterLab (ARGS="--lang zh --no-browser")
	@exec $(BIN)/servicelab lab $(ARGS)

test: $(VENV)/.ready-dev ## everything: lint, types, units, notebooks, grading, browser
	@$(BIN)/python tests/run.py $(ARGS)

test-fast: $(VENV)/.ready-dev ## the layers that need no kernel, no browser and no environment of their own
	@$(BIN)/python tests/run.py --fast $(ARGS)

lint: $(VENV)/.ready-dev ## ruff and mypy
	@$(BIN)/ruff check . && $(BIN)/ruff format --check src tests benchmarks && $(BIN)/mypy

demo: $(VENV)/.ready-instructor ## a simulated cohort through the whole grading loop
	@$(BIN)/servicelab demo $(ARGS)

soak: $(VENV)/.ready-dev ## grading for hours: sixty submissions killed twenty times, a thousand in a row
	@PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/python -m pytest -q -s --soak tests/grading/test_faults.py $(ARGS)

bench: $(VENV)/.ready-dev ## measurements, side by side, as ratios
	@$(BIN)/python benchmarks/run.py $(ARGS)

build: $(VENV)/.ready-instructor ## every edition in both languages, into build/
	@for language in en zh; do for edition in trainee solved instructor; do \
	  $(BIN)/servicelab build --edition $$edition --lang $$language || exit 1; done; done

# Each lock holds the one before it, in the same versions.
LOCK := uv pip compile -q --universal --generate-hashes --no-emit-index-url --no-header pyproject.toml
ANALYST := --extra analyst
INSTRUCTOR := $(ANALYST) --extra instructor

lock: $(VENV)/.ready-dev ## renew the locks (needs uv)
	$(LOCK) --upgrade $(INSTRUCTOR) --extra dev -o requirements-dev.lock
	$(LOCK) -c requirements-dev.lock $(INSTRUCTOR) -o requirements-instructor.lock
	$(LOCK) -c requirements-dev.lock $(ANALYST) -o requirements-analyst.lock
	$(LOCK) -c requirements-dev.lock -o requirements.lock
	printf 'uv\n' | uv pip compile -q --upgrade --universal --generate-hashes --no-emit-index-url --no-header - -o requirements-installer.lock

clean: ## remove what can be rebuilt (your workspace/ stays)
	rm -rf build $(VENV) .mypy_cache .ruff_cache .pytest_cache
