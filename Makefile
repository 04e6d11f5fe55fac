# The commands people run are the commands CI runs. `make help` lists them.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
DEMO_PORT ?= 8000
DEMO_CUSTOMERS ?= 2000

.DEFAULT_GOAL := help
LOCK := uv pip compile --quiet --python-version 3.11 --universal --all-extras --generate-hashes --no-emit-index-url --custom-compile-command "make lock"

.PHONY: help setup demo test check lint bench bench-sync bench-matching bench-peers proof schema migration lock

help:  ## list these commands
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

setup: $(STAMP)  ## make .venv with everything that is needed (runs by itself when it has to)

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: $(STAMP)  ## the hub with sample data, ready in the browser (DEMO_PORT, DEMO_CUSTOMERS)
	@$(BIN)/kehu demo --port $(DEMO_PORT) --customers $(DEMO_CUSTOMERS)

test: $(STAMP)  ## all tests, as CI runs them (T="-k word" for some of them)
	@$(BIN)/python -m pytest --numprocesses auto --dist worksteal $(T)

check: $(STAMP) lint test  ## format, lint, types and tests

lint: $(STAMP)
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

bench: $(STAMP)  ## every benchmark, with this machine's facts and a yardstick
	@$(BIN)/python -m benchmarks
	@$(BIN)/python -m benchmarks.arriving
	@$(BIN)/python -m benchmarks.sync

bench-sync: $(STAMP)  ## how soon the index follows the master, in both profiles (T="--short", T="--customers 1000000")
	@$(BIN)/python -m benchmarks.sync $(T)

bench-matching: $(STAMP)  ## who is the same, beside Splink and recordlinkage, which it installs
	@$(BIN)/python -m pip install --quiet splink recordlinkage
	@$(BIN)/python -m benchmarks.matching

bench-peers: $(STAMP)  ## kehu beside PostGraphile on the same PostgreSQL; installs it from npm into var/peers
	@mkdir -p var/peers
	@cp benchmarks/peers/*.json benchmarks/peers/server.mjs var/peers/
	@npm ci --prefix var/peers --no-audit --no-fund --loglevel=error
	@$(BIN)/python -m benchmarks.peers

proof: $(STAMP)  ## the long proofs (kill -9 for many minutes, 20,000 queries on both paths, the oldest OpenSearch)
	@$(BIN)/python -m pytest --proof tests/flows tests/execution $(T)
	@KEHU_TEST_SEARCH_VERSION=2.19.1 $(BIN)/python -m pytest tests/indexing -k opensearch

schema: $(STAMP)  ## print the GraphQL schema into schema/schema.graphql
	@$(BIN)/kehu schema > schema/schema.graphql

migration: $(STAMP)  ## write the migration that the tables need (NAME=what_it_does)
	@$(BIN)/python -m master.migrations.write $(NAME)

lock: pyproject.toml  ## renew requirements.lock and requirements.server.lock (needs uv)
	@$(LOCK) --group dev --output-file requirements.lock pyproject.toml requirements.build
	@$(LOCK) --output-file requirements.server.lock pyproject.toml
