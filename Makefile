# Two commands do everything on a fresh machine: `make demo` and `make test`.
CACHE := $(or $(COLONNADE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/colonnade)
UV_VERSION := 0.13.9
UV := $(CACHE)/uv-$(UV_VERSION)/bin/uv
VENV := .venv
PY := $(VENV)/bin/python
export NODES ?= 1

.DEFAULT_GOAL := help
.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(UV):
	@echo "==> uv $(UV_VERSION) into $(dir $(UV))"
	@python3 -m venv $(CACHE)/uv-$(UV_VERSION)
	@$(CACHE)/uv-$(UV_VERSION)/bin/pip install --quiet uv==$(UV_VERSION)

LOCKS := requirements.txt operator/requirements.txt serving/requirements.txt jobs/requirements.txt
$(VENV)/.installed: requirements.txt pyproject.toml operator/pyproject.toml serving/pyproject.toml jobs/pyproject.toml | $(UV)
	@echo "==> Python environment in $(VENV)"
	@test -x $(PY) || $(UV) venv --quiet --python "$$(command -v python3)" $(VENV)
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements.txt
	@$(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation -e operator -e serving -e jobs
	@touch $@

.PHONY: venv lock
venv: $(VENV)/.installed ## the Python environment, from the lock
lock: $(UV) ## resolve again and write the locks
	@$(UV) lock --quiet --upgrade
	@sh -c 'export="$(UV) export --quiet --frozen --no-header --no-annotate --no-emit-workspace"; \
	  $$export --output-file requirements.txt >/dev/null; \
	  for p in operator:colonnade serving:colonnade-serving jobs:colonnade-jobs; do \
	    $$export --no-dev --package $${p#*:} --output-file $${p%%:*}/requirements.txt >/dev/null; done'

.PHONY: cluster-up cluster-down cluster-status cluster-env images
cluster-up: ## start the embedded Kubernetes (NODES=2 for two nodes)
	@python3 -m cluster up
cluster-down: ## stop it and leave nothing behind
	@python3 -m cluster down
cluster-status: ## what of it runs
	@python3 -m cluster status
cluster-env: ## eval "$$(make -s cluster-env)" sets KUBECONFIG, PATH, COLONNADE_URL
	@python3 -m cluster env
images: ## build the three images and load them on the nodes
	@python3 -m cluster images

.PHONY: check format crds test test-unit test-api test-e2e test-faults test-chart
check: venv ## lint, types, import rules, CRD drift
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports
	@$(PY) -m colonnade.api.crds --check
format: venv ## what ruff can mend by itself
	@$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .
crds: venv ## write crds/ and the chart's copy from operator/colonnade/api
	@$(PY) -m colonnade.api.crds
test-unit: venv ## pure tests
	@$(VENV)/bin/pytest tests/unit -q
test-api: venv ## against a real API server
	@python3 -m cluster build kubernetes etcd
	@$(VENV)/bin/pytest tests/api -q
