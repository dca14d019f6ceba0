# Kartica. `make help` lists what there is.
SHELL := /bin/sh
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help

.PHONY: help demo up down test test-unit check format definitions contracts check-config dead \
        images compose-up compose-down k8s-check k8s-secrets clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/ready: pyproject.toml uv.lock deploy/local/setup.sh
	@./deploy/local/setup.sh

demo: .venv/ready ## the whole journey of a few tickets, on a machine that has nothing; exit 0 when all was seen
	@$(PYTHON) -m deploy.local.demo

up: .venv/ready ## the five services, RabbitMQ and MongoDB, until `make down`; prints every address
	@$(PYTHON) -m deploy.local.up

down: .venv/ready ## stops what `make up` started
	@$(PYTHON) -m deploy.local.down

test: .venv/ready ## the whole suite, on a real broker and database
	@$(PYTHON) -m pytest -n 2 --dist loadgroup

test-unit: .venv/ready ## only what needs no network
	@$(PYTHON) -m pytest tests/unit

check: .venv/ready ## format, lint, types, walls between the services, contracts, definitions, config/
	@$(PYTHON) -m deploy.check

format: .venv/ready ## formats the code and mends what ruff can mend
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

definitions: .venv/ready ## writes deploy/rabbitmq/definitions.json anew from topology.py
	@$(PYTHON) -m deploy.rabbitmq.topology > .definitions.new && mv .definitions.new deploy/rabbitmq/definitions.json

contracts: .venv/ready ## writes the JSON Schemas and AsyncAPI documents in contracts/ anew
	@$(PYTHON) -m contracts.generate

check-config: .venv/ready ## reads config/ (or CONFIG=folder) as the services do; names file, line and reason
	@$(PYTHON) -m deploy.check_config $(or $(CONFIG),config)

dead: .venv/ready ## parked messages: make dead, or ARGS="show QUEUE", "redrive QUEUE [ID]", "drop QUEUE ID"
	@$(PYTHON) -m deploy.dead $(ARGS)

clean: ## removes .venv and .local
	@rm -rf .venv .local
