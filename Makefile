# Everything sets itself up: a fresh machine needs Python 3.11 and make.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: help test test-slow test-bundles test-nuitka test-pyinstaller test-engines test-peers faults lint bench demo docs fuzz dist clean

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(VENV)/.complete: pyproject.toml runtime/pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet --editable '.[cli,sbom]' --editable runtime --group lint
	touch $@

test: $(VENV)/.complete lint ## Lint, check types and run the quick tests (COVERAGE=1 holds its floor)
	$(BIN)/python -m pytest -n auto -m "not slow" $(if $(COVERAGE),--cov --cov-report=term:skip-covered)

test-slow: $(VENV)/.complete ## Run the tests that build with every backend and bundler
	$(BIN)/python -m pytest -n auto --dist loadgroup -m "slow and not bundles" --ignore tests/faults

test-bundles: $(VENV)/.complete ## Ship the sample applications in every way, on a real server
	$(BIN)/python -m pytest -n 2 --dist loadgroup tests/bundles/test_matrix.py

test-nuitka: $(VENV)/.complete ## Build with Nuitka, which takes minutes, and run what it built
	TEST_NUITKA=1 $(BIN)/python -m pytest -s tests/bundles/test_nuitka.py

test-pyinstaller: $(VENV)/.complete ## Bundle six applications with PyInstaller, or VERSION=6.0.0 of it
	TEST_PYINSTALLER=$(or $(VERSION),newest) $(BIN)/python -m pytest -s tests/bundles/test_pyinstaller*.py

test-engines: $(VENV)/.complete ## Run one application on Spark, Ray, Dask, Celery, Beam and serverless, on a real server
	@command -v java >/dev/null || echo "Spark is left out: it needs Java 17 (Debian: apt-get install default-jre-headless)"
	@command -v redis-server >/dev/null || echo "Redis is left out (Debian: apt-get install redis-server)"
	@command -v bazel >/dev/null || echo "Bazel is left out (Debian: apt-get install bazel-bootstrap)"
	TEST_ENGINES=1 $(BIN)/python tests/engines/guard.py --report \
		$(BIN)/python -m pytest $(or $(TESTS),tests/engines tests/serverless)

test-peers: $(VENV)/.complete ## Run other projects' tests without and with this one (SUITES="setuptools sentry-sdk:tests/integrations/wsgi" or all)
	$(BIN)/python -m tests.peers $(SUITES)

faults: $(VENV)/.complete ## Break disks, processes, manifests and finders on purpose, with KILLS=1000 kills
	FAULT_KILLS=$(or $(KILLS),1000) $(BIN)/python -m pytest -n auto tests/faults \
		tests/runtime/test_hostile_manifests.py tests/runtime/test_*_faults.py

lint: $(VENV)/.complete ## Lint, check types, spelling and links
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/codespell
	$(BIN)/python -m tests.documentation.links
	$(BIN)/mypy

demo: ## Run the sample application's bundles against a real server (KEEP=1 leaves it running)
	$(PYTHON) -m demo $(if $(KEEP),--keep)

bench: $(VENV)/.complete ## Measure, beside the stock SDK and bare floors; counts with valgrind (15 minutes)
	$(BIN)/python -m pip install --quiet --group bench
	$(BIN)/python -m bench

fuzz: $(VENV)/.complete ## Feed hostile input to all that reads any (SECONDS=60 each, TARGETS=all)
	$(BIN)/python -m pip install --quiet --group fuzz
	$(BIN)/python -m fuzz --seconds $(or $(SECONDS),60) $(TARGETS)

docs: $(VENV)/.complete ## Build the documentation site into build/site, with warnings as errors
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict

dist: $(VENV)/.complete ## Build both distributions into dist/, and check them
	$(BIN)/python -m pip install --quiet --group dist
	rm -rf dist
	$(BIN)/python -m build --outdir dist .
	$(BIN)/python -m build --outdir dist runtime
	$(BIN)/python -m twine check --strict dist/*
	$(BIN)/check-wheel-contents dist/*.whl

clean: ## Remove what the targets made
	rm -rf $(VENV) .cache .nox .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
