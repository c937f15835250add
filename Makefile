# What a person types. `make` alone lists the targets.
.DEFAULT_GOAL := help
.PHONY: help setup setup-dev run test check format lock messages journeys drills benchmarks clean long pictures

PYTHON := $(firstword $(shell for p in python3.13 python3.12 python3.11 python3 python; do "$$p" -c "import sys; sys.exit(sys.version_info < (3, 8))" 2>/dev/null && echo "$$p"; done))
VENV := .venv/bin/python
BOOTSTRAP = $(if $(PYTHON),$(PYTHON) config/bootstrap.py,@echo "Python 3.11〜3.13 が必要です。 / Python 3.11 to 3.13 is needed." >&2; exit 1;)

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

setup: ## make .venv from requirements.lock (nothing happens when nothing changed)
	@$(BOOTSTRAP)

setup-dev: # the same, with what tests and checks need
	@$(BOOTSTRAP) --dev

run: setup ## serve the site, a worker and beat (PORT= HOST= DEMO=0 DATA=)
	@exec $(VENV) manage.py serve

test: setup-dev ## checks, suite, PostgreSQL and browser, installing what they need
	@$(VENV) -m tests.provision
	@$(MAKE) --no-print-directory check
	$(VENV) -m pytest -n logical --maxprocesses 4 --dist loadfile
	$(VENV) -m tests.services postgres $(VENV) -m pytest -m postgres -n logical --maxprocesses 2 --dist loadfile
	$(VENV) -m pytest -m "journey and not long" -n logical --maxprocesses 2 --dist load

journeys: setup-dev ## the browser journeys alone, the long ones too
	$(VENV) -m pytest -m journey -n logical --maxprocesses 2 --dist load

long: setup-dev ## the tests that make test leaves out for their length
	$(VENV) -m pytest -m "long and not postgres" -n logical --maxprocesses 2 --dist load

pictures: setup-dev ## take the pictures of a selection and of a publication in docs/pictures anew
	PICTURES=docs/pictures $(VENV) -m pytest -m journey tests/journeys/test_pictures.py tests/journeys/test_publication.py

drills: setup-dev ## break what surrounds the delivery of notices, on real processes
	@$(VENV) -m tests.drills

benchmarks: setup-dev ## how the program behaves as numbers grow (benchmarks/README.md)
	@$(VENV) -m benchmarks.delivery
	@$(VENV) -m benchmarks.reminders
	@$(VENV) -m benchmarks.selection
	@$(VENV) -m benchmarks.cases
	@$(VENV) -m benchmarks.export_site
	@$(VENV) -m benchmarks.search

check: setup-dev ## lint, format, contracts, migrations, translations, deployment settings
	@$(VENV) -m config.checks

format: setup-dev ## format Python and sort imports
	@$(VENV) -m ruff check --fix-only --quiet .
	@$(VENV) -m ruff format .

lock: setup-dev ## renew both lock files
	@.venv/bin/uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes --no-header --no-config --upgrade --quiet -o requirements.lock
	@.venv/bin/uv pip compile --group dev -c requirements.lock --universal --python-version 3.11 --generate-hashes --no-header --no-config --upgrade --quiet -o requirements-dev.lock

messages: setup-dev ## bring locale/ja up to date with the sources
	@$(VENV) -m config.translations --update

clean: ## remove .venv and built files (the data folder stays)
	@rm -rf .venv staticfiles .pytest_cache .ruff_cache .mypy_cache .hypothesis htmlcov .coverage
