# make run    set everything up and serve the demo on http://127.0.0.1:8000
# make test   set everything up and run every check and test
# make setup  only build .venv; .venv/bin/qazyna is then the command
# make torture  kill writers and PostgreSQL at random for QAZYNA_TORTURE minutes (5 if not said)
# make bench  measure the speeds that are promised
# make pins   compile requirements.txt, requirements-dev.txt and requirements-bench.txt

.DEFAULT_GOAL := help
.PHONY: help setup run test torture lint bench pins

# One installation: database, keys and files. Another folder is another installation.
QAZYNA_HOME ?= $(CURDIR)/.home
export QAZYNA_HOME

BIN := .venv/bin

help:
	@sed -n 's/^# make /  make /p' Makefile

setup:
	@sh .ci/setup

run: setup
	@$(BIN)/qazyna up --demo

test: setup
	@sh .ci/chromium
	@sh .ci/hledger
	@sh .ci/litecoind
	@$(MAKE) --no-print-directory lint
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(TESTS)

torture: setup
	@QAZYNA_TORTURE=$${QAZYNA_TORTURE:-5} $(BIN)/python -m pytest tests/torture

lint: setup
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo

bench: setup
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-bench.txt
	@$(BIN)/python -m bench $(BENCH)

# --no-emit-*: a pin names a package, a version and its hashes, never a place to fetch it from.
COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --no-annotate \
	--custom-compile-command "make pins"

pins:
	@test -x $(BIN)/uv || { echo "uv is missing: run make setup first" >&2; exit 1; }
	@$(COMPILE) $(PINS) pyproject.toml -o requirements.txt
	@$(COMPILE) $(PINS) pyproject.toml --group dev -c requirements.txt -o requirements-dev.txt
	@$(COMPILE) $(PINS) pyproject.toml --group dev --group bench -c requirements-dev.txt -o requirements-bench.txt
