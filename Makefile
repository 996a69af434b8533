# Two commands do everything on a fresh machine: `make demo` and `make test`.
CACHE := $(or $(COLONNADE_CACHE),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/colonnade)
UV_VERSION := 0.13.9
UV := $(CACHE)/uv-$(UV_VERSION)/bin/uv
VENV := .venv
PY := $(VENV)/bin/python
# Debian's Python where it can be built for, since it is the one in the images; else whichever is found first.
BUILDS = import sys, sysconfig, pathlib; sys.exit(sys.version_info < (3, 11) or not pathlib.Path(sysconfig.get_path('include'), 'Python.h').exists())
PYTHON = $(shell /usr/bin/python3 -c "$(BUILDS)" 2>/dev/null && echo /usr/bin/python3 || command -v python3)

.DEFAULT_GOAL := help
.PHONY: help
help: ## what can be made
	@grep -hE '^[a-z0-9-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 18

$(UV):
	@echo "==> uv $(UV_VERSION) into $(dir $(UV))"
	@python3 -m venv $(CACHE)/uv-$(UV_VERSION)
	@$(CACHE)/uv-$(UV_VERSION)/bin/pip install --quiet uv==$(UV_VERSION)

PACKAGES := api access operator serving jobs client
LOCKS := requirements.txt operator/requirements.txt serving/requirements.txt jobs/requirements.txt
$(VENV)/.installed: requirements.txt pyproject.toml $(PACKAGES:%=%/pyproject.toml) | $(UV)
	@echo "==> Python environment in $(VENV)"
	@test -x $(PY) || $(UV) venv --quiet --python $(PYTHON) $(VENV)
	@$(UV) pip sync --quiet --python $(PY) --require-hashes requirements.txt
	@# xds-protos brings older copies of opentelemetry-proto's files: whichever is installed last has them.
	@$(UV) pip install --quiet --python $(PY) --require-hashes --reinstall-package opentelemetry-proto --requirement requirements.txt
	@COLONNADE_PURE=1 $(UV) pip install --quiet --python $(PY) --no-deps --no-build-isolation $(PACKAGES:%=-e %)
	@touch $@
$(VENV)/.compiled: $(VENV)/.installed serving/setup.py $(shell find serving/colonnade_serving -name '*.py')
	@echo "==> serving's hot path, compiled"
	@mkdir -p build; cd serving && ../$(PY) setup.py build_ext --inplace >../build/compile.log 2>&1 || { tail -40 ../build/compile.log; exit 1; }
	@touch $@

.PHONY: venv lock
venv: $(VENV)/.compiled ## the Python environment, from the lock, with serving's hot path compiled
# Resolved in a copy, in which what is pinned already is a constraint: a new dependency moves none of the others.
PINNED = $$(awk '/^[a-zA-Z0-9].*==/ {sub(/ \\\\$$/, ""); printf "\"%s\", ", $$0}' requirements.txt)
lock: $(UV) ## pin what is new in the locks (UPGRADE=1: resolve all of it anew)
	@rm -rf build/lock; for p in . $(PACKAGES); do mkdir -p build/lock/$$p && cp $$p/pyproject.toml build/lock/$$p/; done
	@test -n "$(UPGRADE)" || sed -i "s|^package = false$$|&\nconstraint-dependencies = [$(PINNED)]|" build/lock/pyproject.toml
	@$(UV) lock --quiet --project build/lock
	@sh -c 'export="$(UV) export --quiet --project build/lock --frozen --no-header --no-annotate --no-emit-workspace"; \
	  $$export --output-file requirements.txt >/dev/null; \
	  for p in operator:colonnade serving:colonnade-serving jobs:colonnade-jobs; do \
	    $$export --no-dev --package $${p#*:} --output-file $${p%%:*}/requirements.txt >/dev/null; done'

# Where Docker and kind are present the cluster is kind's, else the embedded one; chart, values and images are the same.
KIND := $(shell docker info >/dev/null 2>&1 && command -v kind)
CLUSTER_ENV = eval "$$($(MAKE) -s cluster-env)"

.PHONY: cluster-up cluster-down cluster-status cluster-env images
ifeq ($(KIND),)
cluster-up: ## start the embedded Kubernetes (NODES=2 for two nodes)
	@python3 -m cluster up
cluster-down: ## stop it and leave nothing behind
	@python3 -m cluster down
cluster-status: ## what of it runs
	@python3 -m cluster status
cluster-env: ## eval "$$(make -s cluster-env)" sets KUBECONFIG, PATH, COLONNADE_URL
	@python3 -m cluster env
images: cluster-up ## build the three images and load them on the nodes
	@python3 -m cluster images
else
cluster-up:
	@kind get clusters | grep -qx colonnade || kind create cluster --config kind-config.yaml
cluster-down:
	@kind delete cluster --name colonnade
cluster-status:
	@kubectl --context kind-colonnade get nodes,pods --all-namespaces
cluster-env:
	@mkdir -p build && kind get kubeconfig --name colonnade >build/kubeconfig
	@echo 'export KUBECONFIG=$(CURDIR)/build/kubeconfig PATH=$(CURDIR)/$(VENV)/bin:$$PATH COLONNADE_URL=http://127.0.0.1:30080'
images: cluster-up
	@for image in operator serving jobs; do \
	  docker build --quiet --file $$image/Dockerfile --tag colonnade/$$image:dev . && kind load docker-image colonnade/$$image:dev --name colonnade; done
endif

# The tag stays, so the pods of operator and router are told by an annotation when what is in their image changed.
OPERATOR_SOURCE = $$(cat operator/Dockerfile operator/requirements.txt $$(git ls-files -co --exclude-standard operator/colonnade api/colonnade_api access/colonnade_access) | sha256sum | cut -c1-16)

.PHONY: install demo chart
install: venv images ## install the chart on the cluster, or bring it up to date
	@echo "==> helm upgrade --install colonnade"
	@mkdir -p build; $(CLUSTER_ENV); source=$(OPERATOR_SOURCE); \
	  helm upgrade --install colonnade helm/colonnade --namespace colonnade-system --create-namespace \
	  --values helm/values-dev.yaml --set-string operator.podAnnotations.source=$$source,router.podAnnotations.source=$$source \
	  --wait --timeout 5m >build/helm.log 2>&1 || { cat build/helm.log; exit 1; }
	@$(CLUSTER_ENV); kubectl label namespace colonnade-system --overwrite pod-security.kubernetes.io/enforce=restricted >/dev/null; \
	  kubectl --namespace colonnade-system get pods

chart: ## the chart for a release, into build/chart, with its images (REGISTRY=host/project VERSION=1.2.3)
	@test -n "$(REGISTRY)" -a -n "$(VERSION)" || { echo "make chart REGISTRY=host/project VERSION=1.2.3"; exit 2; }
	@rm -rf build/chart && mkdir -p build/chart && cp -r helm/colonnade build/chart/
	@sed -i 's|{repository: colonnade/\([a-z]*\), tag: dev}|{repository: $(REGISTRY)/\1, tag: "$(VERSION)"}|' build/chart/colonnade/values.yaml
	@helm package build/chart/colonnade --version $(VERSION) --app-version $(VERSION) --destination build/chart

.PHONY: flights
flights: build/demo/flights.parquet ## the table of examples/quickstart, into build/demo
build/demo/flights.parquet: | venv
	@$(PY) -m demo.flights build/demo
demo: install build/demo/flights.parquet ## the whole loop on real data, watched
	@$(CLUSTER_ENV); $(PY) -m demo

# Each test has a namespace of its own; what does something to the whole cluster has it for itself.
ON_CLUSTER = $(CLUSTER_ENV); $(VENV)/bin/pytest $(1) -q -n 2 -m "not alone" && $(VENV)/bin/pytest $(1) -q -m alone

export NODES
.PHONY: check format crds reference docs docs-serve protos test test-unit test-api test-router test-packages test-conformance test-soak test-chart test-e2e test-faults
.PHONY: bench-serving bench-data soak-serving
check: venv ## lint, types, import rules, drift of what is generated, the site's links
	@$(VENV)/bin/ruff check . && $(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy
	@$(VENV)/bin/lint-imports --no-logo 2>/dev/null || $(VENV)/bin/lint-imports
	@$(PY) -m colonnade_api.crds --check
	@$(PROTOS) --check
	@$(PY) -m docs.site --check
	@$(SITE)
format: venv ## what ruff can mend by itself
	@$(VENV)/bin/ruff check --fix . && $(VENV)/bin/ruff format .
PROTOS := $(PY) serving/colonnade_serving/rpc/protos/generate.py
protos: venv ## write what is generated from serving's .proto files
	@$(PROTOS)
crds: venv ## write crds/ and the chart's copy from api/colonnade_api
	@$(PY) -m colonnade_api.crds
reference: venv ## write the pages of docs/reference that are generated
	@$(PY) -m docs.site
MKDOCS := NO_MKDOCS_2_WARNING=1 $(PY) -m mkdocs
# Not --quiet: with that mkdocs doesn't count the warnings that --strict is there for.
SITE = mkdir -p build; $(MKDOCS) build --strict --config-file docs/site/mkdocs.yml >build/site.log 2>&1 || { grep -v ^INFO build/site.log; exit 1; }
docs: reference ## the site, into build/site; a link that leads nowhere is an error
	@$(SITE)
docs-serve: reference ## the site on http://127.0.0.1:8000, made anew at each change
	@$(MKDOCS) serve --config-file docs/site/mkdocs.yml
test-unit: venv ## pure tests, on each core; those of the chart ask the Helm that installs it
	@python3 -m cluster build
	@$(VENV)/bin/pytest tests/unit tests/bench -q -n auto
test-serving: venv ## the model server and a real S3 server in processes of their own
	@$(VENV)/bin/pytest tests/serving tests/stores -q -n auto
test-api: venv ## an operator beside a real API server, also when all goes wrong between them
	@$(VENV)/bin/pytest tests/api tests/faults/api -q -n 2 --dist worksteal
test-router: venv ## a real Envoy and a real Prometheus, on this host
	@$(VENV)/bin/pytest tests/e2e/router -q -n 2
test-e2e: NODES = 2
test-e2e: install ## with real pods, on two nodes
	@$(call ON_CLUSTER,tests/e2e --ignore tests/e2e/router)
test-faults: NODES = 2
test-faults: install ## things are broken on purpose
	@$(call ON_CLUSTER,tests/faults --ignore tests/faults/api)
test-chart: install ## lint, and ask the installed chart how it is
	@$(CLUSTER_ENV); helm lint --strict --quiet helm/colonnade && helm test colonnade --namespace colonnade-system --logs
test-conformance: venv ## the serving runtime under other people's clients
	@UV=$(UV) $(PY) -m tests.conformance
test-packages: venv ## each package by plain pip: sdist, wheel, and an environment with nothing in it
	@$(VENV)/bin/pytest tests/packages -q
test-soak: venv ## the serving runtime among rude clients, in less than a minute; swaps and ends under load
	@$(VENV)/bin/pytest tests/soak -q
bench-data: venv ## a dataset Job beside plain DuckDB and its peers (BENCH="--rounds 5 flights")
	@UV=$(UV) $(PY) -m tests.bench.data $(BENCH)

bench-serving: venv ## ours beside its peers, on one core (SERVERS=colonnade,mlserver MODEL=lr)
	@UV=$(UV) $(PY) -m tests.bench.serving $(SERVERS:%=--servers %) $(MODEL:%=--model %) $(BENCH)
soak-serving: venv ## four fifths of its highest rate among clients that stall, abort and send rubbish (MINUTES=10)
	@$(PY) -m tests.soak $(MINUTES:%=--minutes %) $(SOAK)
test: ## the whole ladder
	@for rung in check test-unit test-serving test-packages test-conformance test-soak test-api test-router test-chart test-e2e test-faults; do \
	  echo "==> $$rung"; began=$$(date +%s); $(MAKE) --no-print-directory $$rung || exit 1; \
	  echo "==> $$rung passed in $$(( $$(date +%s) - began )) s"; done
