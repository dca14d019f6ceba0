# Kartica. `make help` lists what there is.
SHELL := /bin/sh
PYTHON := .venv/bin/python
.DEFAULT_GOAL := help
# Compiled once, read by every process: each service and mail reader starts in a third of the time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help demo up down test test-unit account simulate-routing corpus classify-bench check format definitions contracts check-config dead \
        explain dry-run train models images compose-up compose-down k8s-check k8s-config k8s-secrets clean

SERVICES := ingest routing sla notify reporting
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)

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
	@./deploy/local/setup.sh --group k8s
	@$(PYTHON) -m pytest -n 3 --dist loadgroup

test-unit: .venv/ready ## only what needs no network
	@$(PYTHON) -m pytest tests/unit

corpus: .venv/ready ## scores mails, replies and delivery reports of KARTICA_CORPUS; ends with one line of JSON
	@$(PYTHON) -m bench.corpus

classify-bench: .venv/ready ## learned classification on DATA=folder (train.csv, test.csv), OOS=category; JSON
	@$(PYTHON) -m bench.classify $(or $(DATA),../shared/data/clinc150) $(if $(OOS),--oos '$(OOS)')

check: .venv/ready ## format, lint, types, walls between the services, contracts, definitions, config/
	@$(PYTHON) -m deploy.check

format: .venv/ready ## formats the code and mends what ruff can mend
	@.venv/bin/ruff check --quiet --fix . ; .venv/bin/ruff format --quiet .

account: .venv/ready ## 10,000 mixed inputs while processes and the broker are killed; does the ledger add up? (JSON)
	@$(PYTHON) -m bench.account

simulate-routing: .venv/ready ## a week of 1,000 agents on 3 replicas that are killed; TICKETS= AGENTS= TEAMS= SEED= (JSON)
	@TICKETS=$(TICKETS) AGENTS=$(AGENTS) TEAMS=$(TEAMS) SEED=$(SEED) KILLS=$(KILLS) STEP=$(STEP) \
		$(PYTHON) -m bench.routing

definitions: .venv/ready ## writes deploy/rabbitmq/definitions.json anew from topology.py
	@$(PYTHON) -m deploy.rabbitmq.topology > .definitions.new && mv .definitions.new deploy/rabbitmq/definitions.json

contracts: .venv/ready ## writes the JSON Schemas and AsyncAPI documents in contracts/ anew
	@$(PYTHON) -m contracts.generate

check-config: .venv/ready ## reads config/ (or CONFIG=folder) as the services do; names file, line and reason
	@$(PYTHON) -m deploy.check_config $(or $(CONFIG),config)

dead: .venv/ready ## parked messages: make dead, or ARGS="show QUEUE", "redrive QUEUE [ID]", "drop QUEUE ID"
	@$(PYTHON) -m deploy.dead $(ARGS)

explain: .venv/ready ## why a ticket is what it is and where it is: make explain TICKET=K-1000017 (or its id)
	@test -n "$(TICKET)" || { echo "Which ticket? make explain TICKET=K-1000017" >&2; exit 2; }
	@$(PYTHON) -m deploy.explain "$(TICKET)" $(ARGS)

dry-run: .venv/ready ## what a changed routing.yaml would have decided: FILE=new.yaml [FROM= TO= LIMIT=] [ARGS=--json]
	@test -n "$(FILE)" || { echo "Which file? make dry-run FILE=new-routing.yaml" >&2; exit 2; }
	@$(PYTHON) -m deploy.dry_run "$(FILE)" $(if $(FROM),--from $(FROM)) $(if $(TO),--to $(TO)) \
		$(if $(LIMIT),--limit $(LIMIT)) $(ARGS)

train: .venv/ready ## trains a model from the history and from what people corrected; says what became of it
	@$(PYTHON) -m deploy.models $(ARGS) train

models: .venv/ready ## precision and coverage of the models: or ARGS="rollback", "activate VERSION", "shadow VERSION"
	@$(PYTHON) -m deploy.models $(ARGS)

images: ## builds the five images, kartica/<service>:VERSION
	@for s in $(SERVICES); do docker build --quiet --build-arg SERVICE=$$s --build-arg VERSION=$(VERSION) \
		--build-arg REVISION=$$(git rev-parse --short HEAD) --tag kartica/$$s:$(VERSION) . || exit 1; done

compose-up: .venv/ready ## the five images with RabbitMQ and MongoDB in containers; returns when all are ready
	@$(PYTHON) -m deploy.compose up

compose-down: .venv/ready ## stops them; ARGS=--volumes removes the data
	@$(PYTHON) -m deploy.compose down $(ARGS)

k8s-config: .venv/ready ## writes config/kustomization.yaml anew
	@$(PYTHON) -m deploy.k8s.configmap $(or $(CONFIG),config)

k8s-secrets: .venv/ready ## random secrets for deploy/k8s/overlays/local, ignored by git
	@$(PYTHON) -m deploy.credentials --out deploy/k8s/overlays/local/secrets --broker rabbitmq:5672 \
		--database mongodb-0.mongodb.kartica.svc:27017

k8s-check: .venv/ready ## renders every overlay and validates it against the Kubernetes schemas, offline
	@./deploy/local/setup.sh --group k8s
	@$(PYTHON) -m deploy.k8s.check

clean: ## removes .venv and .local
	@rm -rf .venv .local
