# Everything runs in an environment of its own at .venv, built from the locks with hashes.
#   make run    sync and build (lotkeeper.toml, or the sample book), then serve the Dagster UI
#   make test   every test
#   make check  lint, types, definitions
#   make bench  speed, as ratios
#   make lock   compile the locks anew from pyproject.toml (needs uv)

PYTHON ?= python3
BIN := .venv/bin
CONFIG ?= $(or $(wildcard lotkeeper.toml),examples/lotkeeper.toml)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet
COMPILE := uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-header --no-emit-index-url --no-emit-find-links

.PHONY: run test check bench lock clean

run: .venv/run.stamp
	$(BIN)/lotkeeper up --sync-first --config $(CONFIG)

test: .venv/dev.stamp
	$(BIN)/python -m pytest

check: .venv/dev.stamp
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/dg check defs

bench: .venv/dev.stamp
	$(BIN)/python -m benchmarks

lock:
	$(COMPILE) pyproject.toml -o requirements.lock
	$(COMPILE) --group dev pyproject.toml -o requirements-dev.lock

clean:
	rm -rf .venv .chain

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "lotkeeper needs Python 3.11 or newer; say which with: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/run.stamp: .venv/bin/python requirements.lock pyproject.toml
	@echo "setting up .venv (a minute or two, once)"
	$(PIP) install --require-hashes -r requirements.lock
	$(PIP) install --no-deps --no-build-isolation -e .
	@touch $@

.venv/dev.stamp: .venv/run.stamp requirements-dev.lock
	$(PIP) install --require-hashes -r requirements-dev.lock
	@touch $@
