# `make run` starts everything on this machine; `make test` and `make test-slow` prove it, all without Docker or an AWS
# account.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help

# The first Python on PATH that is new enough and really starts (a version manager's shim may not).
PYTHON := $(shell for p in python3 python3.13 python3.14 python3.12 python3.11; do \
  $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v $$p; break; }; done)
BIN := .venv/bin
UV = $(shell command -v uv || echo .uv/bin/uv)
export SAM_CLI_TELEMETRY := 0
export AWS_EC2_METADATA_DISABLED := true
export AWS_DEFAULT_REGION ?= us-east-1
export PYTHONPATH := functions:layers/core:.
# A company's proxy that inspects TLS is trusted by the system's certificates, but not by uv's own.
export UV_SYSTEM_CERTS ?= $(if $(wildcard /etc/ssl/certs/ca-certificates.crt /etc/ssl/cert.pem /etc/pki/tls/certs/ca-bundle.crt),true,false)
# Otherwise every process that a test starts would compile everything that it imports.
unexport PYTHONDONTWRITEBYTECODE

# Each core takes one file at a time, slow files first (tests/conftest.py orders them).
PYTEST = $(BIN)/pytest --numprocesses auto --maxprocesses 8 --dist loadfile --no-loadscope-reorder --durations 10

.PHONY: help run tick test test-slow lint format browser bench replay redrive relay build deploy lock openapi crawlers emails screenshots clean python3.13

help: ## Show this list.
	@sed -n 's/^\([a-z-]*\):.*## /  make \1	/p' $(MAKEFILE_LIST) | expand -t 16

.venv/.done: requirements/dev.txt requirements/uv.txt
	@[ -n "$(PYTHON)" ] || { echo "Signpost needs Python 3.11 or later on PATH." >&2; exit 1; }
	@command -v uv >/dev/null || [ -x .uv/bin/uv ] || { \
	  python="$(PYTHON)"; \
	  $$python -m pip --version >/dev/null 2>&1 || { $$python -m venv .uv/pip >/dev/null 2>&1 && python=.uv/pip/bin/python; } || \
	    { echo "Signpost needs pip: install it first (on Debian and Ubuntu: apt-get install python3-venv)." >&2; exit 1; }; \
	  $$python -m pip install --quiet --require-hashes --target .uv -r requirements/uv.txt; }
	$(UV) venv --quiet --allow-existing --no-python-downloads --python "$(PYTHON)" .venv
	$(UV) pip sync --quiet --python .venv --require-hashes requirements/dev.txt
	@touch $@

run: .venv/.done ## Start the local stack (PORT=3000) and print its addresses; KEEP=1 keeps its data for the next run.
	@exec $(BIN)/python -m local

tick: .venv/.done ## Run a schedule of the running stack now: SCHEDULE=TokenSweep.
	@$(BIN)/python -m local.tick $(SCHEDULE)

test: .venv/.done ## Test rules, stores, handlers, template, documents and one journey; COVERAGE=1 also measures coverage.
	$(PYTEST) -m "not slow" $(if $(COVERAGE),--cov)

test-slow: browser .cache/ministack/.done ## Test the rest: pages, faults at every call, kills, the local stack, packages, a deployment.
	$(PYTEST) -m slow

browser: .venv/.done ## Find a Chromium for the browser tests, or download one.
	@$(BIN)/python -m tests.e2e.browser

python3.13: .venv/.done # Fetch the Python version that Lambda runs, if uv can, and print its folder.
	@$(UV) python install --quiet --no-bin 3.13 >&2 && dirname "$$($(UV) python find --managed-python 3.13)"

lint: .venv/.done ## Style, types, rings, template.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/sam validate --lint

format: .venv/.done ## Format and fix with ruff.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

# What our redirect is compared with, in its own environment; on the Python version that Lambda runs, if it is installed.
.cache/bench/.done: requirements/bench.txt .venv/.done
	python=$$($(UV) python find --quiet --no-python-downloads --managed-python 3.13 2>/dev/null || \
	  $(UV) python find --quiet --no-python-downloads 3.13 2>/dev/null || echo $(BIN)/python); \
	$(UV) venv --quiet --clear --no-python-downloads --python "$$python" .cache/bench
	$(UV) pip sync --quiet --python .cache/bench --require-hashes requirements/bench.txt
	@touch $@

# What deployments are tested on. It runs functions in its own Python, which must be the version they are built for.
.cache/ministack/.done: requirements/ministack.txt .venv/.done
	$(UV) venv --quiet --clear --no-python-downloads .cache/ministack \
	  --python "$$(python3.13 -c 'import sys; print(sys.executable)' 2>/dev/null || echo $(BIN)/python)"
	$(UV) pip sync --quiet --python .cache/ministack --require-hashes requirements/ministack.txt
	@touch $@

bench: .cache/bench/.done ## Compare the redirect's speed with common frameworks.
	$(BIN)/python -m benchmarks .cache/bench

build: .venv/.done ## Build the packages to deploy, in .aws-sam/build.
	PATH="$$PWD/$(BIN):$$PATH" $(BIN)/sam build

deploy: .venv/.done ## Deploy a stage to AWS with samconfig.STAGE.toml: STAGE=dev.
	@PATH="$$PWD/$(BIN):$$PATH" $(BIN)/python -m local.deploy $(STAGE)

openapi: .venv/.done ## Write the API reference again from the code.
	$(BIN)/python docs/openapi.py

crawlers: .venv/.done ## Write the list of crawlers again from the pinned package.
	$(BIN)/python layers/core/crawlers.py

emails: .venv/.done browser ## Draw docs/emails/*.png again.
	$(BIN)/python docs/emails.py

screenshots: .venv/.done browser ## Take docs/images/*.png of the console again, from a running `make run`.
	$(BIN)/python docs/screenshots.py

replay: .venv/.done ## Store the spilled clicks of a log file: FILE=spilled.log STACK=signpost.
	@$(BIN)/python -m signpost.tracking.replay "$(FILE)" "$(or $(STACK),signpost)"

# The local stack's data needs no credentials, but boto3 asks for some.
LOCAL = AWS_ENDPOINT_URL=http://127.0.0.1:$(or $(DATA_PORT),4566) AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local

redrive: .venv/.done ## Put back what a queue gave up: QUEUE=MediaFetchFailures STACK=signpost (local: make run's); without QUEUE, list.
	@$(if $(filter local,$(STACK)),$(LOCAL)) $(BIN)/python -m signpost.operation.redrive "$(QUEUE)" "$(or $(STACK),signpost)"

relay: .venv/.done ## Relay changes in messaging that were given up: STACK=signpost (local: make run's).
	@$(if $(filter local,$(STACK)),$(LOCAL)) $(BIN)/python -m signpost.messaging.relay "$(or $(STACK),signpost)"

lock: .venv/.done ## Pin the newest versions that pyproject.toml allows.
	for t in "dev --group dev" "vendor -c requirements/dev.txt" "bench --group bench -c requirements/dev.txt"; do set -- $$t; out=requirements/$$1.txt; shift; \
	  $(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header pyproject.toml "$$@" -o $$out; done
	$(UV) pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-header --group ministack -o requirements/ministack.txt
	echo uv | $(UV) pip compile --quiet --upgrade --universal --generate-hashes --no-header - -o requirements/uv.txt

clean: ## Remove everything that make made.
	rm -rf .venv .uv .local .aws-sam .cache .pytest_cache .mypy_cache .ruff_cache .hypothesis .coverage
