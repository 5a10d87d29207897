# On any machine with make and Python 3.10 or newer:
#     make demo        train the three demos
#     make test        run the tests
#     make lint        check style and types
#     make docs        build the documentation into build/docs
#     make notebooks   open the notebooks in JupyterLab
#     make bench       measure the speed against PyTorch; two minutes, and PyTorch's installation
# Each installs what it needs into .venv, which never needs activating. To use another Python, delete .venv and
# run e.g. `make test PYTHON=python3.13`.

PYTHON ?= python3
.PHONY: demo test lint docs notebooks bench
.NOTPARALLEL:   # two targets would install into .venv at once

demo: .venv/.viz
	.venv/bin/python -m minigrad demo house-price
	.venv/bin/python -m minigrad demo mnist --epochs 1
	.venv/bin/python -m minigrad demo sentiment

test: .venv/.test
	.venv/bin/python -m pytest

lint: .venv/.dev
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy

notebooks: .venv/.notebooks
	.venv/bin/jupyter lab notebooks

docs: .venv/.docs
	.venv/bin/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "built: open build/docs/index.html"

bench: .venv/.bench
	.venv/bin/python -m benchmarks workloads overhead --quick --json build/benchmarks/results.json --plots build/benchmarks

# .venv/.NAME marks that the extra NAME of setup.cfg is installed; it is installed again when setup.cfg changes.
.venv/.%: setup.cfg pyproject.toml | .venv/.made
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	    echo "minigrad needs Python 3.10 or newer; '$(PYTHON) --version' gives:" $$($(PYTHON) --version 2>&1); \
	    echo "Install a newer Python, or name one that you have: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	    exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@
