# The two commands that do everything, on any machine with make and Python 3.10 or newer:
#     make demo        train the three demos
#     make test        run the tests
# and  make notebooks  to open the notebooks in JupyterLab,
#      make docs       to build the documentation into build/docs,
#      make bench      to measure how fast it is beside PyTorch, within two minutes after PyTorch is there.
# They work in an environment of their own, .venv, which never needs activating. Another Python:
# `make test PYTHON=python3.13`, after deleting .venv if there is one.

PYTHON ?= python3
.PHONY: demo test notebooks docs bench
.NOTPARALLEL:   # two targets would install into .venv at once

demo: .venv/.viz
	.venv/bin/python -m minigrad demo house-price
	.venv/bin/python -m minigrad demo mnist --epochs 1
	.venv/bin/python -m minigrad demo sentiment

test: .venv/.test
	.venv/bin/python -m pytest

notebooks: .venv/.notebooks
	.venv/bin/jupyter lab notebooks

docs: .venv/.docs
	.venv/bin/python -m sphinx -W --keep-going -q -b html docs build/docs
	@echo "built: open build/docs/index.html"

bench: .venv/.bench
	.venv/bin/python -m benchmarks workloads overhead --quick --json build/benchmarks/results.json --plots build/benchmarks

# .venv/.NAME marks that the extra NAME of setup.cfg is installed; a changed setup.cfg installs it anew.
.venv/.%: setup.cfg pyproject.toml | .venv/.made
	.venv/bin/python -m pip install --quiet --disable-pip-version-check --editable '.[$*]'
	@touch $@

.venv/.made:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10))' 2>/dev/null || { \
	    echo "minigrad needs Python 3.10 or newer, but '$(PYTHON) --version' says:" $$($(PYTHON) --version 2>&1); \
	    echo "Install a newer Python, or name one that you have: make $(MAKECMDGOALS) PYTHON=python3.12"; \
	    exit 1; }
	$(PYTHON) -m venv .venv
	@touch $@
