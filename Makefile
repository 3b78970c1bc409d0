# Thin wrappers: what each target does stands in the README.
PY := .venv/bin/python
DEMO_MESSAGES ?= 5000
PORT ?= 8000
PYTEST_ARGS ?=

.DEFAULT_GOAL := help
.PHONY: help setup demo dev test lint eval bench lock

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1\t/p' $(MAKEFILE_LIST) | expand -t 8

setup: ## install everything into .venv, so that .venv/bin/otklik exists
	@dev/bootstrap.sh

demo: ## the running product with demo data at http://127.0.0.1:8000
	@dev/bootstrap.sh --engine
	@OTKLIK_ENDS_WITH_PARENT=1 exec $(PY) -m cli.main up --port $(PORT) --demo $(DEMO_MESSAGES)

dev: ## the running product without demo data, logs in the terminal
	@dev/bootstrap.sh --engine
	@OTKLIK_ENDS_WITH_PARENT=1 exec $(PY) -m cli.main up --port $(PORT) --name dev --verbose

test: ## all tests with services of their own
	@dev/bootstrap.sh --engine --browser --compose
	@exec $(PY) -m dev.stack run --name test --short -- $(PY) -m dev.testing $(PYTEST_ARGS)

lint: ## style, types, import directions, templates, spelling
	@dev/bootstrap.sh
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/djlint --lint templates
	.venv/bin/codespell

eval: ## figures of relevance and similarity
	@dev/bootstrap.sh --engine
	@exec $(PY) -m dev.stack run --name eval -- $(PY) -m dev.bench.eval --write

bench: ## figures of speed
	@dev/bootstrap.sh --engine
	@exec $(PY) -m dev.stack run --name bench -- $(PY) -m dev.bench

UV_COMPILE = .venv/bin/uv pip compile pyproject.toml --quiet --generate-hashes --universal \
  --python-version 3.11 --no-emit-index-url --no-emit-find-links \
  --custom-compile-command "make lock" --upgrade

lock: ## renew requirements/*.txt from pyproject.toml
	@dev/bootstrap.sh
	$(UV_COMPILE) -o requirements/runtime.txt
	$(UV_COMPILE) --group dev -o requirements/dev.txt
