# make plan ARGS="--lang zh --out my-plan"
PYTHON ?= python3
ARGS ?=

.PHONY: help plan test

help:
	@$(PYTHON) dev.py --help

plan:
	@$(PYTHON) dev.py plan $(ARGS)

test:
	@$(PYTHON) dev.py test $(ARGS)
