# What each target does: `make help`.
PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
export CHISTO_HOME ?= $(CURDIR)/.chisto
export BENTOML_DO_NOT_TRACK := True

.DEFAULT_GOAL := help
.PHONY: help install up serve dashboard test lint models bench images lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F'\t' '{printf "  make %-10s %s\n", $$1, $$2}'

$(BIN)/python:
	@command -v $(PYTHON) >/dev/null || { echo "Python 3.11 is needed: install python3.11 and python3.11-venv, or set PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

# Stamps, so that a second run does nothing until the pins change.
$(VENV)/.serve: pyproject.toml constraints.txt | $(BIN)/python
	@echo "Installing what the server and the dashboard need (about a minute) ..."
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.all: $(VENV)/.serve
	@echo "Installing what training and the tests need as well (a few minutes; torch is large) ..."
	$(BIN)/pip install -q --disable-pip-version-check -c constraints.txt -e '.[train,dev]'
	@touch $@

install: $(VENV)/.all ## Install everything into .venv, training and test tools included

up: $(VENV)/.serve ## Install what is needed and start the API (port 3000) and the dashboard (port 5006)
	$(BIN)/chisto up

serve: $(VENV)/.serve ## Start the API alone (port 3000)
	$(BIN)/chisto serve

dashboard: $(VENV)/.serve ## Start the dashboard alone (port 5006); CHISTO_URL names the API
	$(BIN)/chisto dashboard

test: $(VENV)/.all ## Bring what the tests need and run them all
	./tests/prepare.sh
	$(BIN)/pytest

lint: $(VENV)/.all ## Check style, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

models: $(VENV)/.all ## Train the shipped models anew; DATA=folder of the training data
	$(BIN)/python -m training.recipe --data "$(or $(DATA),$(CHISTO_DATA))"

bench: $(VENV)/.all ## Measure what README quotes
	$(BIN)/python -m bench

images: $(VENV)/.serve ## Build the container images (needs Docker)
	$(BIN)/bentoml build -q
	$(BIN)/bentoml containerize chisto:latest -t chisto:1.0.0
	docker build -f deploy/dashboard.Dockerfile -t chisto-dashboard:1.0.0 .

lock: $(VENV)/.serve ## Write deploy/requirements.txt anew after a change of the pins
	$(BIN)/python deploy/lock.py > deploy/requirements.txt.part && mv deploy/requirements.txt.part deploy/requirements.txt

clean: ## Remove .venv and caches; models, data and logs in .chisto stay
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache
