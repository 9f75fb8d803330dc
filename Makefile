# Every task of the project; `make help` lists them. Needs Python 3.11, Node 20, npm and make.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

PYTHON ?= $(shell command -v python3.11 || command -v python3 || echo python3)
PORT ?= 8000
DATA ?= $(or $(OOIEVAAR_DATA),ooievaar-data)

bin := .venv/bin
static := src/ooievaar/ui/static/ooievaar
catalogue := src/ooievaar/locale/en/LC_MESSAGES/django.po
assets := package.json $(catalogue) $(shell find assets -type f 2>/dev/null)
pip := $(bin)/python -m pip --quiet --quiet --disable-pip-version-check

export PYTHONUNBUFFERED := 1

##@ Using it

.PHONY: demo
demo: ## Make a synthetic region of two years and serve its pages (PORT=8000 DATA=ooievaar-data)
	@$(PYTHON) tools/preflight.py --port $(PORT)
	@$(MAKE) --silent --no-print-directory .venv/.base $(static)/.built
	@exec $(bin)/ooievaar demo --port $(PORT) --data "$(DATA)"

.PHONY: serve
serve: .venv/.base $(static)/.built ## Serve the pages on the data that is there (PORT= DATA=)
	@OOIEVAAR_DATA="$(DATA)" exec $(bin)/ooievaar serve --port $(PORT)

##@ Proving it

.PHONY: test
test: .venv/.dev $(static)/.built ## Run every test: with SQLite, with PostgreSQL, in a browser (ARGS="-k kraamzorg")
	@$(bin)/python -m tools.run_tests $(ARGS)

.PHONY: check
check: check-format check-lint check-types check-imports check-tree check-locks check-migrations check-audit ## Check format, lint, types, import order, tree, locks, migrations, packages

.PHONY: check-format
check-format: .venv/.dev
	@echo "== format"
	@$(bin)/ruff format --check --quiet . || { $(bin)/ruff format --check .; exit 1; }

.PHONY: check-lint
check-lint: .venv/.dev
	@echo "== lint"
	@$(bin)/ruff check --quiet .

.PHONY: check-types
check-types: .venv/.dev
	@echo "== types"
	@$(bin)/mypy

.PHONY: check-imports
check-imports: .venv/.dev
	@echo "== order of the rooms"
	@told=$$($(bin)/lint-imports 2>&1) || { echo "$$told"; exit 1; }

.PHONY: check-tree
check-tree: .venv/.dev
	@echo "== no machine paths, no addresses"
	@$(bin)/python -m tools.check_tree

.PHONY: check-locks
check-locks: .venv/.dev
	@echo "== locks fit what they lock"
	@$(bin)/python -m tools.check_locks

.PHONY: check-migrations
check-migrations: .venv/.dev
	@echo "== migrations complete, and safe to run on a region"
	@DJANGO_SETTINGS_MODULE=ooievaar.settings OOIEVAAR_DATABASE_URL=sqlite://:memory: \
	  $(bin)/django-admin makemigrations --check --dry-run
	@$(bin)/python -m tools.migration_lint

.PHONY: check-audit
check-audit: .venv/.dev
	@echo "== no package with a known weakness"
	@$(bin)/python -m tools.audit_dependencies

.PHONY: bench
bench: .venv/.dev ## Measure everything beside its limit and compare with the last recorded run (ARGS=--record)
	@$(bin)/python -m bench $(ARGS)

.PHONY: bench-quick
bench-quick: .venv/.dev ## The same at a twentieth of the size
	@$(bin)/python -m bench --quick $(ARGS)

.PHONY: proof
proof: .venv/.dev ## Two engines, kills, region-years full of trouble, Spark; half an hour or more (ARGS="--share 0.1 kills")
	@$(bin)/python -m proof $(ARGS)

.PHONY: mutate
mutate: .venv/.dev ## Put small faults into the rules and count who notices; an hour, not in CI (ARGS="--share 0.1 claims/rules")
	@$(bin)/python -m mutation $(ARGS)

##@ Working on it

.PHONY: install
install: .venv/.dev $(static)/.built ## Install everything that developing needs

.PHONY: wheel
wheel: .venv/.base $(static)/.built ## Build the wheel in dist/, with assets and translations in it
	@rm -rf dist
	@$(pip) wheel --no-deps --no-build-isolation --no-index --wheel-dir dist .
	@ls dist

.PHONY: assets
assets: $(static)/.built ## Build script, style, fonts and icons

.PHONY: format
format: .venv/.dev ## Format the code and mend what lint can mend
	@$(bin)/ruff check --fix --quiet . || true
	@$(bin)/ruff format --quiet .

.PHONY: lock
lock: .venv/.dev ## Lock the dependencies anew (UPGRADE=1: to their newest versions)
	@$(bin)/python -m tools.lock $(if $(UPGRADE),--upgrade)

.PHONY: screens
screens: .venv/.dev $(static)/.built ## Take the pictures for the README from the demo's data (DATA=)
	@OOIEVAAR_DATA="$(DATA)" $(bin)/python -m tools.screens

.PHONY: clean
clean: ## Remove what was installed and built; the data folder stays
	@rm -rf .venv node_modules build dist $(static) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find src tests tools -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true

.PHONY: help
help: ## List the tasks
	@awk 'BEGIN {FS = ":.*## "} \
	  /^##@/ {printf "\n%s\n", substr($$0, 5)} \
	  /^[a-z-]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# Each stamp below is touched last: what was interrupted is done again.

.venv/.made:
	@$(PYTHON) tools/preflight.py
	@echo "Python-omgeving maken in .venv ..."
	@$(PYTHON) -m venv .venv
	@touch $@

.venv/.base: requirements/base.txt pyproject.toml | .venv/.made
	@echo "Python-pakketten installeren ..."
	@$(pip) install --require-hashes --no-deps -r requirements/base.txt
	@$(pip) install --no-deps --no-build-isolation --no-index -e .
	@touch $@

.venv/.dev: .venv/.base requirements/dev.txt
	@echo "Python-pakketten voor tests en controles installeren ..."
	@$(pip) install --require-hashes --no-deps -r requirements/dev.txt
	@touch $@

# esbuild needs no install script; none of the packages gets to run one.
node_modules/.package-lock.json: package.json package-lock.json .npmrc
	@echo "npm-pakketten installeren ..."
	@npm ci --ignore-scripts --no-audit --no-fund --loglevel=error
	@touch $@

$(static)/.built: node_modules/.package-lock.json $(assets)
	@echo "Scripts, stijl, lettertype en iconen bouwen ..."
	@npm run --silent build
	@$(PYTHON) -m tools.messages
	@touch $@
