# The commands; the first two are all that a learner needs.
#
#   make lab            JupyterLab, open on the first lesson
#   make test           everything that needs no browser: lint, types, unit tests, every lesson's outputs
#   make browser-test   the lessons in a real browser (needs Chromium)
#   make bench          how fast the pools are, beside their peers
#   make site           the lessons, the reference and more as a web site in site/
#   make notebooks      run every lesson and store what it shows; collect the glossary and docs/interface.md
#
# Each first makes .venv, or sees that it is up to date. PYTHON=python3.13 chooses the Python it is made from,
# ARGS are handed on: make lab ARGS="--port=9000", make test ARGS="-k future", make notebooks ARGS=--anew.

PYTHON ?=
ARGS ?=
export PYTHON

environment := sh tools/with_python.sh tools/make_environment.py
python := .venv/bin/python
lessons := $(wildcard notebooks/*.ipynb)

.PHONY: help lab test browser-test bench site notebooks

help:
	@sed -n 's/^#   //p' Makefile

lab:
	@$(environment) lab test
	@$(python) tools/open_lab.py $(ARGS)

test:
	@$(environment) lab test
	@$(python) -m tools.checks $(ARGS)

browser-test:
	@$(environment) lab test browser
	$(python) -m mypy tests/browser
	$(python) -m pytest tests/browser $(ARGS)

bench:
	@$(environment) lab test bench
	$(python) -m benchmarks $(ARGS)

site:
	@$(environment) lab test site
	$(python) -m tools.site.build

notebooks:
	@$(environment) lab test
	$(python) -m tools.write_interface
	$(python) -m tools.write_glossary
	$(python) -m tools.draw_house
	$(python) -m tools.store_notebooks $(ARGS) $(lessons)
