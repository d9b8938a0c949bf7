# Commonway's workbench. Any target sets up what it needs; `make` alone lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# make setup EXTRAS=s3, or EXTRAS="s3 spark": heavy optional parts, each with its own lock.
EXTRAS ?=
ARGS ?=
PORT ?= 8000

LOCKS := requirements-dev.txt $(EXTRAS:%=requirements-%.txt)
STAMP := $(VENV)/.ready$(subst $(eval ) ,,$(EXTRAS:%=-%))
INSTALL := $(BIN)/uv pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all:
# Spark is published as source only (pure Python around its jars); nothing else may be.
INSTALL += $(if $(filter spark,$(EXTRAS)),--no-binary pyspark)

# The translations, written by hand in the .po file; the .mo file that Django reads is built from it.
CATALOGUE := locale/zh_Hans/LC_MESSAGES/django
BABEL := $(BIN)/python -m babel.messages.frontend --quiet

.PHONY: help setup run demo test check bench lock messages docs client clean

help: ## This list.
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) node_modules/.ready $(CATALOGUE).mo ## Install what the locks name into .venv and node_modules.

$(STAMP): $(LOCKS) requirements-bootstrap.txt
	@$(PYTHON) -c 'import sys; sys.exit("Commonway needs Python 3.11 or newer: make PYTHON=python3.12 setup" if sys.version_info < (3, 11) else 0)'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r requirements-bootstrap.txt
	$(INSTALL) $(LOCKS:%=-r %)
	@touch $@

node_modules/.ready: package.json package-lock.json | $(STAMP)
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(CATALOGUE).mo: $(CATALOGUE).po | $(STAMP)
	$(BABEL) compile --input-file $< --output-file $@ --locale zh_Hans

run: setup ## Serve the demo city on http://localhost:8000 in one process.
	$(BIN)/python manage.py serve --demo --port $(PORT) $(ARGS)

demo: setup ## Draw the demo city into the database, the same every time.
	$(BIN)/python manage.py migrate --verbosity 0
	$(BIN)/python manage.py demo $(ARGS)

test: setup ## Run the tests (DATABASE_URL and REDIS_URL move them to PostgreSQL and Redis).
	$(BIN)/pytest $(ARGS)

check: setup ## Style, types, structure, migrations, locks: what CI demands.
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy .
	$(BIN)/lint-imports
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run
	$(BIN)/python manage.py spectacular --validate --fail-on-warn --file /dev/null
	$(BIN)/pytest --quiet tests/structure

bench: setup ## Measure: make bench ARGS=--quick takes under three minutes.
	$(BIN)/python -m bench $(ARGS)

messages: $(STAMP) ## Gather new texts from code and templates into the catalogue of translations.
	@mkdir -p var
	$(BABEL) extract --mapping-file pyproject.toml --ignore-dirs '.* node_modules var tests bench' \
		--no-wrap --sort-by-file --add-location file --output-file var/messages.pot .
	$(BABEL) update --input-file var/messages.pot --output-file $(CATALOGUE).po --locale zh_Hans \
		--no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date
	$(BABEL) compile --input-file $(CATALOGUE).po --output-file $(CATALOGUE).mo --locale zh_Hans

docs: setup ## Write the OpenAPI document to docs/openapi.yaml.
	$(BIN)/python manage.py spectacular --file docs/openapi.yaml

client: setup ## Write the types of a TypeScript client to var/client/commonway.d.ts.
	@mkdir -p var/client
	$(BIN)/python manage.py spectacular --format openapi-json --file var/client/openapi.json
	PATH="$(CURDIR)/$(BIN):$$PATH" node_modules/.bin/openapi-typescript var/client/openapi.json \
		--default-non-nullable false --output var/client/commonway.d.ts

COMPILE := $(BIN)/uv pip compile --quiet pyproject.toml --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-annotate --no-header

lock: $(STAMP) ## Solve the dependencies anew; ARGS=--upgrade takes newer ones.
	$(COMPILE) $(ARGS) --output-file requirements.txt
	$(COMPILE) $(ARGS) --group dev --constraint requirements.txt --output-file requirements-dev.txt
	$(COMPILE) $(ARGS) --extra s3 --constraint requirements-dev.txt --output-file requirements-s3.txt
	$(COMPILE) $(ARGS) --extra spark --constraint requirements-dev.txt --output-file requirements-spark.txt
	PATH="$(CURDIR)/$(BIN):$$PATH" $(BIN)/npm install --package-lock-only --ignore-scripts --omit-lockfile-registry-resolved

clean: ## Remove what was installed and built; var/ with its data stays.
	rm -rf $(VENV) node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
