# What a developer types. Each command first installs what it needs into .venv.

.DEFAULT_GOAL := help
.PHONY: help run reset test test-all test-units test-journeys test-system check fix messages \
	bench lighthouse audit lock
# The parts of the tests take both cores each.
.NOTPARALLEL:

PYTHON := .venv/bin/python
APPS := eoi triage papers meetings core accounts mailings focus_areas members outbox participation p2c_portal
PIP_INSTALL := -m pip install --quiet --disable-pip-version-check --require-hashes
INSTALL := $(PYTHON) $(PIP_INSTALL)

# The first Chromium of this machine; journeys need it, and with CI=true they insist on it. The one
# without windows takes a third less time.
CHROMIUM ?= $(shell command -v chromium-headless-shell || command -v chromium || command -v chromium-browser || command -v google-chrome)
export CHROMIUM
ifneq ($(or $(CHROMIUM),$(filter true,$(CI))),)
BROWSER := .venv/browser.installed
endif
# Measured where nobody waits for it, and once.
COVERAGE := $(if $(filter true,$(CI)),$(if $(DATABASE_URL),,--cov))

# Where the environment forbids to keep compiled code, each of the many processes of a run would
# compile all tests and the portal anew.
unexport PYTHONDONTWRITEBYTECODE

# Settings for commands that only look at the code: no .env is needed and none is read.
LOOK := READ_DOT_ENV=false DATABASE_URL=sqlite://:memory: SITE_URL=https://portal.example \
	SECRET_KEY=only-to-look-at-the-code-8b1f0c6e2d7a4953-and-never-to-serve-anyone

help: ## this list
	@echo "make run       the whole portal on http://127.0.0.1:8000 (PORT=8010 make run elsewhere)"
	@echo "make reset     deletes the demonstration and loads it again; stop make run first"
	@echo "make test      every test that can run here, on SQLite; where DATABASE_URL names"
	@echo "               PostgreSQL, all but those marked sqlite_only. T=tests/outbox for a part"
	@echo "make test-units     those without a browser and without other processes"
	@echo "make test-journeys  the journeys in a browser, and system tests that mostly wait"
	@echo "make test-system    the system tests that measure time or take the whole machine"
	@echo "make test-all  every test on SQLite, then every test on what DATABASE_URL names"
	@echo "make check     lint, format, types, import contracts, templates, migrations,"
	@echo "               catalogues, locks, deployment check; changes nothing"
	@echo "make fix       formats and corrects what can be corrected by itself"
	@echo "make messages  gathers the texts to translate and compiles the catalogues"
	@echo "make bench     measures the portal beside plain ways of doing the same; ONLY=form for"
	@echo "               one part of it, QUICK=1 for smaller sizes. The others: ONLY=scale,"
	@echo "               ONLY=delivery, ONLY=first_visit"
	@echo "make lighthouse  Lighthouse on three pages; needs node, and once the network"
	@echo "make audit     looks the locked packages up among known vulnerabilities; asks the network"
	@echo "make lock      pins all dependencies anew, with their hashes"
	@echo "make help      this list"

# Installing ----------------------------------------------------------------------------------

# The newest Python that works and can make an environment; a name may exist and not run.
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
	@echo "Installing what the portal runs on"
	@$(INSTALL) -r $<
	@touch $@

.venv/development.installed: requirements/development.txt | $(PYTHON)
	@echo "Installing what tests and checks need"
	@$(INSTALL) -r $<
	@touch $@

.venv/browser.installed: requirements/browser.txt .venv/development.installed
	@echo "Installing what drives the browser"
	@$(INSTALL) -r $<
	@touch $@

# In an environment of its own: nothing that it needs can get in the way of the portal.
.venv/audit.installed: requirements/audit.txt | $(PYTHON)
	@echo "Installing what looks up known vulnerabilities"
	@$(PYTHON) -m venv --clear .venv/audit
	@.venv/audit/bin/python $(PIP_INSTALL) -r $<
	@touch $@

# Running -------------------------------------------------------------------------------------

# Once: what the portal must know of this machine, with a secret of its own.
.env: | .venv/run.installed
	@umask 077 && { \
		echo "# Written by make run for this machine; .env.example says what else can be set."; \
		echo "SECRET_KEY=$$($(PYTHON) -c 'import secrets; print(secrets.token_urlsafe(50))')"; \
		echo "SITE_URL=http://127.0.0.1:8000"; \
		echo "ALLOWED_HOSTS=127.0.0.1,localhost"; \
	} > $@.new && mv $@.new $@

# A port that is given holds for this run, and wins over the address in .env, which says where to
# listen otherwise: what is printed and the links in mails must open.
run: .venv/run.installed .env
	@$(if $(PORT),SITE_URL=http://127.0.0.1:$(PORT)) \
		PATH="$(CURDIR)/.venv/bin:$$PATH" $(PYTHON) manage.py run_portal \
		|| [ $$? = 130 ] # Ctrl-C is no error.

reset: .venv/run.installed .env
	@$(if $(PORT),SITE_URL=http://127.0.0.1:$(PORT)) $(PYTHON) manage.py reset_demonstration

# Testing and checking ------------------------------------------------------------------------

# On PostgreSQL only what may differ there, unless all of it is wanted.
SELECTED := $(if $(filter postgres%,$(DATABASE_URL)),$(if $(ALL),,and not sqlite_only))

# A part that is named runs whole on any database; tests of services one at a time.
test: .venv/development.installed $(BROWSER)
ifdef T
	$(PYTHON) -m pytest $(T) $(if $(findstring tests/system,$(T)),,-n 2 --dist worksteal)
else
	@$(MAKE) --no-print-directory --keep-going test-units test-journeys test-system
	@echo "All tests passed."
endif

test-all:
	@env -u DATABASE_URL -u CELERY_BROKER_URL $(MAKE) --no-print-directory test
	@$(if $(DATABASE_URL),$(MAKE) --no-print-directory test ALL=1)

# Collecting finds the journeys too, which insist on the browser in CI.
test-units: .venv/development.installed $(BROWSER)
	$(PYTHON) -m pytest -n 2 -m "not system and not journey $(SELECTED)" $(COVERAGE)

# Both mostly wait.
test-journeys: .venv/development.installed $(BROWSER)
	$(PYTHON) -m pytest tests/journeys tests/system -n 2 --dist worksteal \
		-m "(journey or patient) $(SELECTED)"

# These measure time or take the whole machine.
test-system: .venv/development.installed
	$(PYTHON) -m pytest tests/system -m "not patient $(SELECTED)"

check: .venv/development.installed
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	$(LOOK) .venv/bin/mypy $(APPS) tools manage.py gunicorn.conf.py
	.venv/bin/lint-imports
	.venv/bin/djlint templates --lint
	$(LOOK) $(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) -m tools.catalogues --check
	$(PYTHON) -m tools.locks
	$(PYTHON) -m tools.vendoring --check
	$(LOOK) $(PYTHON) manage.py check --deploy --fail-level WARNING

fix: .venv/development.installed
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

messages: .venv/development.installed
	$(LOOK) $(PYTHON) manage.py makemessages --locale fr --no-obsolete --no-location \
		--extension=html,py,txt --ignore=tests --ignore=var
	$(PYTHON) -m tools.catalogues

bench: .venv/development.installed $(BROWSER)
	@$(PYTHON) -m benchmarks $(ONLY) $(if $(QUICK),--quick)

lighthouse: .venv/development.installed $(BROWSER)
	@CHROMIUM=$(CHROMIUM) $(PYTHON) -m benchmarks.lighthouse

# Strict: what could not be looked up counts as a failure, not as harmless. The service is PyPI's;
# PIP_AUDIT_VULNERABILITY_SERVICE=osv asks another one.
audit: .venv/audit.installed
	.venv/audit/bin/pip-audit --strict --disable-pip --require-hashes --progress-spinner off \
		-r requirements/development.txt -r requirements/browser.txt -r requirements/audit.txt

# Keeps what is pinned already where it still fits; `make lock UPGRADE=--upgrade` takes the newest.
COMPILE := .venv/bin/uv pip compile --quiet --no-header --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url $(UPGRADE)

lock: .venv/development.installed
	$(COMPILE) pyproject.toml --output-file requirements/run.txt
	$(COMPILE) pyproject.toml --group dev --constraints requirements/run.txt \
		--output-file requirements/development.txt
	$(COMPILE) --group pyproject.toml:browser --constraints requirements/run.txt \
		--constraints requirements/development.txt --output-file requirements/browser.txt
	$(COMPILE) --group pyproject.toml:audit --output-file requirements/audit.txt
