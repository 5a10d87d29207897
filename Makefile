# On any machine with make and Python 3.10 or newer:
#     make demo        train the three demos; two minutes
#     make notebooks   open the notebooks in JupyterLab
#     make test        run the tests; a few minutes
#     make lint        check style and types
#     make docs        build the documentation into build/docs
#     make lite        build the course as a site that runs in a browser, into build/lite
#     make bench       measure the speed against PyTorch; two minutes, and PyTorch's installation of up to 6 GB
# Each installs what it needs into .venv, which never needs activating; bench has .venv-bench to itself. To use
# another Python, delete the folder and run e.g. `make test PYTHON=python3.13`.

PYTHON ?= python3
# A process for each core; the tests of a file stay together, and the longest files begin.
PARALLEL ?= -n auto --dist loadfile --no-loadscope-reorder
.PHONY: help demo notebooks test lint docs lite bench
.NOTPARALLEL:   # two targets would install into .venv at once

help:
	@sed -n '/^#/!q; s/^# \{0,1\}//p' Makefile

demo: .venv/.viz
	.venv/bin/python -m minigrad demo house-price
	.venv/bin/python -m minigrad demo mnist --epochs 1
	.venv/bin/python -m minigrad demo sentiment

notebooks: .venv/.notebooks
	.venv/bin/jupyter lab notebooks

test: .venv/.test
	OPENBLAS_NUM_THREADS=1 .venv/bin/python -m pytest $(PARALLEL)

lint: .venv/.dev
	.venv/bin/python -m ruff check .
	.venv/bin/python -m mypy

docs: .venv/.docs
	.venv/bin/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "built: open build/docs/index.html"

lite: .venv/.lite
	.venv/bin/python -m tools.lite build/lite

bench: .venv-bench/.bench
	.venv-bench/bin/python -m benchmarks workloads overhead --quick --json build/benchmarks/results.json --plots build/benchmarks

# FOLDER/.NAME marks that the extra NAME of setup.cfg is installed; it is installed again when setup.cfg changes.
install = $(@D)/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]' && touch $@

.venv/.%: setup.cfg pyproject.toml | .venv/.made
	@echo "installing the extra '$*' into .venv"
	@$(install)

.venv-bench/.%: setup.cfg pyproject.toml | .venv-bench/.made
	@echo "installing PyTorch into .venv-bench: on Linux it brings CUDA's libraries and takes up to 6 GB;"
	@echo "to free the space again, delete .venv-bench"
	@$(install)

.venv/.made .venv-bench/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	    echo "minigrad needs Python 3.10 or newer; '$(PYTHON) --version' gives:" $$($(PYTHON) --version 2>&1); \
	    echo "Install a newer Python, or name one that you have: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	    exit 1; }
	$(PYTHON) -m venv $(@D)
	@touch $@
