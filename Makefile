# Commands for developers. Each command first installs what it needs into .venv.

.DEFAULT_GOAL := help
.PHONY: help run reset test test-all test-units test-samples test-journeys test-system test-pythons \
	coverage check fix messages bench lighthouse pictures audit sbom lock
# Each part of the tests uses both cores.
.NOTPARALLEL:

PYTHON := .venv/bin/python
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes
INSTALL := $(PYTHON) $(PIP_INSTALL)

# The first Chromium found on this machine. Journeys need it; with CI=true they fail without it.
# The headless shell takes a third less time.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
ifneq ($(or $(CHROMIUM),$(filter true,$(CI))),)
BROWSER := .venv/browser.installed
endif
# CI measures the coverage of the unit tests on each database, and adds it up (`make coverage`).
ifeq ($(CI),true)
COVERAGE := --cov --cov-report= --cov-fail-under=0
COVERAGE_FILE ?= .coverage.$(if $(DATABASE_URL),server,file)
export COVERAGE_FILE
endif

# With this variable, each of the many test processes would compile all tests and the portal again.
unexport PYTHONDONTWRITEBYTECODE

# Settings for commands that only read the code. They do not need or read .env.
LOOK := READ_DOT_ENV=false DATABASE_URL=sqlite://:memory: SITE_URL=https://portal.example \
	SECRET_KEY=only-to-look-at-the-code-8b1f0c6e2d7a4953-and-never-to-serve-anyone

help: ## show this list
	@echo "make run       run the portal on http://127.0.0.1:8000 (PORT=8010 for another port)"
	@echo "make reset     delete the demonstration and load it again; stop make run first"
	@echo "make test      run the unit tests on SQLite, and a browser test of each app; if DATABASE_URL"
	@echo "               names a PostgreSQL, only the units that may differ there."
	@echo "               T=tests/outbox runs a part"
	@echo "make test-units     run the tests without a browser and without other processes"
	@echo "make test-samples   run a browser test of each app"
	@echo "make test-journeys  run the browser tests, and the system tests that mostly wait"
	@echo "make test-system    run the system tests that measure time or use the whole machine"
	@echo "make test-pythons   start the portal with the oldest and the newest promised Python"
	@echo "make coverage  add up the coverage that make test-units measured with CI=true"
	@echo "make test-all  run all tests on SQLite, then all tests on DATABASE_URL"
	@echo "make check     check style, types, import contracts, templates, migrations,"
	@echo "               catalogues, locks and deployment settings; changes nothing"
	@echo "make fix       format the code and apply automatic fixes"
	@echo "make messages  collect the texts to translate and compile the catalogues"
	@echo "make bench     compare the portal's performance with simple baselines; ONLY=form for"
	@echo "               one part, QUICK=1 for smaller sizes. The other parts: ONLY=scale,"
	@echo "               ONLY=register, ONLY=delivery, ONLY=first_visit, and"
	@echo "               ONLY=beside BESIDE=/path/to/checkout"
	@echo "make pictures  take the pictures of the handbook and of the README from the demonstration;"
	@echo "               ONLY=day takes those of one chapter, ONLY=readme those of the README"
	@echo "make lighthouse  run Lighthouse on seven pages; needs node, and the network once"
	@echo "make audit     check the locked packages for known vulnerabilities; needs the network"
	@echo "make sbom      write the list of packages (CycloneDX) to var/sbom.json, and their licences"
	@echo "               to var/licences.csv; needs the network"
	@echo "make lock      update the lock files of all dependencies, with hashes"
	@echo "make help      show this list"

# Installing ----------------------------------------------------------------------------------

# The newest Python that works and can create an environment. A command may exist and not run.
$(PYTHON):
	@for name in python3.13 python3.12 python3.11 python3; do \
		$$name -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
			2>/dev/null || continue; \
		if $$name -c 'import ensurepip, venv' 2>/dev/null; then found=$$name; break; fi; \
		bare="$$bare $$name"; \
	done; \
	if [ -n "$$found" ]; then \
		echo "Making .venv with $$($$found --version)"; \
		$$found -m venv --clear .venv || { rm -rf .venv; exit 1; }; \
	elif [ -n "$$bare" ]; then \
		echo "Found$$bare, but without the module venv." >&2; \
		echo "Install it; on Debian and Ubuntu the package is python3-venv." >&2; exit 1; \
	else \
		echo "Found no Python 3.13, 3.12 or 3.11. Install one of them, with venv." >&2; exit 1; \
	fi

.venv/run.installed: requirements/run.txt | $(PYTHON)
	@echo "Installing the dependencies of the portal"
	@$(INSTALL) -r $<
	@touch $@

.venv/development.installed: requirements/development.txt | $(PYTHON)
	@echo "Installing the dependencies of tests and checks"
	@$(INSTALL) -r $<
	@touch $@

.venv/browser.installed: requirements/browser.txt .venv/development.installed
	@echo "Installing the dependencies of browser tests"
	@$(INSTALL) -r $<
	@touch $@

# In an environment of its own, so that its dependencies cannot conflict with the portal's.
.venv/audit.installed: requirements/audit.txt | $(PYTHON)
	@echo "Installing what checks and lists the locked packages"
	@$(PYTHON) -m venv --clear .venv/audit
	@.venv/audit/bin/python $(PIP_INSTALL) -r $<
	@touch $@

# The compiled catalogues are not in git. The first of these commands compiles all that changed.
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/*.po))

$(CATALOGUES): %.mo: %.po | $(PYTHON)
	@$(PYTHON) -m tools.catalogues --compile
	@touch $@

# Running -------------------------------------------------------------------------------------

# Written once, with the settings that have no default, and a new secret key.
.env: | .venv/run.installed
	@umask 077 && { \
		echo "# Written by make run for this machine; .env.example says what else can be set."; \
		echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
		echo "SITE_URL=http://127.0.0.1:8000"; \
		echo "ALLOWED_HOSTS=127.0.0.1,localhost"; \
	} > $@.new && mv $@.new $@

# PORT changes the port for this run. It overrides SITE_URL in .env, so that the printed address and
# the links in e-mails work.
run: .venv/run.installed .env $(CATALOGUES)
	@$(if $(PORT),SITE_URL=http://127.0.0.1:$(PORT)) \
		PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) manage.py run_portal \
		|| [ $$? = 130 ] # Ctrl-C is not an error.

reset: .venv/run.installed .env $(CATALOGUES)
	@$(if $(PORT),SITE_URL=http://127.0.0.1:$(PORT)) $(PYTHON) manage.py reset_demonstration

# Testing and checking ------------------------------------------------------------------------

# Without ALL=1, the longest tests are left out, and on PostgreSQL the tests whose result is the same
# on any database.
ifndef ALL
SELECTED := and not long $(if $(filter postgres%,$(DATABASE_URL)),and (both_databases or system))
endif

# CI runs once, on PostgreSQL and Redis, what may differ there but for the sweeps, and system tests
# that are the same on any broker.
ifeq ($(CI)$(DATABASE_URL),true)
SELECTED += and not postgresql_in_ci
endif

# T runs all tests of a part on any database. System tests run one at a time.
test: .venv/development.installed $(BROWSER) $(CATALOGUES)
ifdef T
	$(PYTHON) -m pytest $(T) $(if $(findstring tests/system,$(T)),,-n 2 --dist worksteal)
else
	@$(MAKE) --no-print-directory --keep-going test-units test-samples
	@echo "All these tests passed. CI and make test-all run more browser tests, and system tests."
endif

# If tests fail on SQLite, those on PostgreSQL run all the same.
EVERYTHING := $(MAKE) --no-print-directory --keep-going ALL=1 test-units test-journeys test-system
test-all:
	@env -u DATABASE_URL -u CELERY_BROKER_URL $(EVERYTHING); failed=$$?; \
		$(if $(DATABASE_URL),$(EVERYTHING) || failed=$$?;) exit $$failed

test-units: .venv/development.installed $(CATALOGUES)
	$(PYTHON) -m pytest -n 2 -m "not system and not journey $(SELECTED)" $(COVERAGE)

# Of the last run of the unit tests on each database with CI=true.
coverage:
	@env -u COVERAGE_FILE $(PYTHON) -m coverage combine --quiet
	@env -u COVERAGE_FILE $(PYTHON) -m coverage report

test-samples: .venv/development.installed $(BROWSER)
	$(PYTHON) -m pytest tests/journeys -n 2 -m sample

# Both mostly wait, so they run in parallel. The longest start first.
test-journeys: .venv/development.installed $(BROWSER) $(CATALOGUES)
	$(PYTHON) -m pytest tests/system tests/journeys -n 3 --dist load \
		-m "(journey or patient) $(SELECTED)"

# These measure time: no more than two at once.
test-system: .venv/development.installed $(CATALOGUES)
	$(PYTHON) -m pytest tests/system -n 2 --dist worksteal -m "not patient $(SELECTED)"

# The packages are installed from the network.
test-pythons: $(CATALOGUES) | $(PYTHON)
	@$(PYTHON) -m tools.pythons

# The types take half of the time, so they are checked beside the rest.
check: .venv/development.installed $(CATALOGUES)
	@$(LOOK) .venv/bin/mypy . & types=$$!; ( \
		set -ex; \
		.venv/bin/ruff check; \
		.venv/bin/ruff format --check; \
		.venv/bin/lint-imports; \
		.venv/bin/djlint templates --lint; \
		$(LOOK) $(PYTHON) manage.py makemigrations --check --dry-run; \
		$(LOOK) $(PYTHON) -m tools.migration_safety; \
		$(PYTHON) -m tools.catalogues --check; \
		$(PYTHON) -m tools.locks; \
		$(LOOK) $(PYTHON) manage.py check --deploy --fail-level WARNING \
	); rest=$$?; wait $$types && exit $$rest

fix: .venv/development.installed
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

messages: .venv/development.installed
	$(LOOK) $(PYTHON) manage.py makemessages --all --no-obsolete --add-location file \
		--extension=html,py,txt --ignore=tests --ignore=var
	$(PYTHON) -m tools.catalogues

bench: .venv/development.installed $(BROWSER) $(CATALOGUES)
	@$(PYTHON) -m benchmarks $(ONLY) $(if $(QUICK),--quick)

lighthouse: .venv/development.installed $(BROWSER) $(CATALOGUES)
	@CHROMIUM=$(CHROMIUM) $(PYTHON) -m benchmarks.lighthouse

# The same tests without TAKE_PICTURES only compare the sizes of the pictures.
pictures: .venv/development.installed $(BROWSER) $(CATALOGUES)
	TAKE_PICTURES=true $(PYTHON) -m pytest -n 0 -p no:randomly \
		$(or $(T),tests/journeys/pictures$(if $(ONLY),/test_$(subst -,_,$(ONLY)).py))

# With --strict, it also fails if a package cannot be checked. It uses PyPI's database;
# PIP_AUDIT_VULNERABILITY_SERVICE=osv selects another one.
audit: .venv/audit.installed
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		-r requirements/development.txt -r requirements/browser.txt -r requirements/audit.txt

# What the portal runs with, and nothing of its tests.
.venv/portal.installed: requirements/run.txt | $(PYTHON)
	@echo "Installing the portal in an environment of its own"
	@$(PYTHON) -m venv --clear .venv/portal
	@.venv/portal/bin/python $(PIP_INSTALL) -r $<
	@touch $@

sbom: .venv/audit.installed .venv/portal.installed
	@mkdir -p var
	.venv/audit/bin/cyclonedx-py environment .venv/portal/bin/python --pyproject pyproject.toml \
		--output-reproducible --output-format JSON --output-file var/sbom.json
	.venv/audit/bin/pip-licenses --python .venv/portal/bin/python --ignore-packages pip \
		--with-system --format csv --from mixed --output-file var/licences.csv

# Keeps pinned versions if possible. `make lock UPGRADE=--upgrade` pins the newest versions. The pip of
# Python 3.11 finds no pin for "coverage[toml]" in a lock without the extra.
COMPILE := .venv/bin/uv pip compile --quiet --no-header --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-strip-extras $(UPGRADE)

lock: .venv/development.installed
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --group dev --constraints requirements/run.txt \
		--output-file requirements/development.txt
	$(COMPILE) --group pyproject.toml:browser --constraints requirements/run.txt \
		--constraints requirements/development.txt --output-file requirements/browser.txt
	$(COMPILE) --group pyproject.toml:audit --output-file requirements/audit.txt
