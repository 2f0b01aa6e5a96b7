# Everything a newcomer needs is `make up` and `make test`.
export CGO_ENABLED ?= 0
GO ?= go
STACK ?= sandbox
RUN ?= .
BIN := $(CURDIR)/bin
STREAMFORGE := $(BIN)/streamforge

.DEFAULT_GOAL := help
.PHONY: help tools up down preview refresh status test tests unit e2e bench chaos lint fmt generate check record release clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

tools: ## build the toolchain into bin/ (cached per user; minutes the first time, seconds later)
	@$(GO) run -trimpath ./cmd/toolchain

up: tools ## start the sandbox and deploy the platform into it
	@$(STREAMFORGE) sandbox start
	@$(STREAMFORGE) up -s sandbox --yes

down: ## stop the sandbox; its state stays in .sandbox/
	@$(STREAMFORGE) sandbox stop

preview: tools ## show what `up` would change (STACK=sandbox)
	@$(STREAMFORGE) preview -s $(STACK)

refresh: tools ## compare the state with the world (STACK=sandbox)
	@$(STREAMFORGE) refresh -s $(STACK)

status: ## show the sandbox's processes
	@$(STREAMFORGE) sandbox status

# What needs a program that this machine lacks is left out, and told at the end. The list's name is new each time,
# so that no such test is answered from Go's cache.
test: tools ## run every test: units, the graph on mocks, the sandbox end to end; tells what was left out
	@list=$$(mktemp); export STREAMFORGE_LEFT_OUT="$${STREAMFORGE_LEFT_OUT:-$$list}"; ended=0; \
	$(MAKE) --no-print-directory tests || ended=$$?; \
	if [ -s "$$STREAMFORGE_LEFT_OUT" ]; then echo 'tests that were left out:'; sort -u "$$STREAMFORGE_LEFT_OUT"; fi; \
	rm -f "$$list"; exit $$ended

# Compilers and linters collect garbage half as often as Go does by default, which saves a seventh of their processor
# time. Not less often: what the tests start, engines and servers, gets the same.
tests lint: export GOGC ?= 200

# Without vet, whose facts of every dependency cost minutes when caches are cold: `make lint` has it.
tests:
	$(GO) test -trimpath -vet=off -timeout 45m ./...
	cd tests/rules && $(GO) test -trimpath ./...
	cd tests/browser && $(GO) test -trimpath ./...

unit: ## run the tests that need no toolchain
	$(GO) test -trimpath -short ./...
	cd tests/rules && $(GO) test -trimpath ./...
	cd tests/browser && $(GO) test -trimpath ./...

# OpenTofu, which it compares with, wants a newer Go than the rest (tools/opentofu/go.mod): go fetches that toolchain.
bench: tools ## measure builds, previews, up, the gate, the audit and machines against what is usual (RUN=gate for one); writes docs/benchmarks.md
	$(GO) run -trimpath ./tests/bench -run "$(RUN)"

chaos: tools ## break fifty runs on purpose, each must converge; writes docs/faults.md
	$(GO) run -trimpath ./tests/chaos

# With the flag of all builds: without it everything that the program imports is compiled once more.
lint: ## golangci-lint, including the direction of imports
	GOFLAGS="$$($(GO) env GOFLAGS) -trimpath" $(GO) tool -modfile=tools/golangci-lint/go.mod golangci-lint run

fmt: ## format the sources
	gofmt -w $$(git ls-files '*.go')

generate: tools ## write what is derived: the schema of the configuration, the picture, the dashboards, the URN golden
	$(STREAMFORGE) config schema > docs/config.schema.json
	$(STREAMFORGE) graph -s homelab --svg docs/pictures/architecture.svg
	$(GO) test -trimpath ./tests/graph -run TestURNs -update
	$(GO) test -trimpath ./components/grafana/define -run TestRendered -update

record: up ## keep what a release leaves in the sandbox, for tests of upgrades (VERSION=v0.1.0)
	$(GO) run -trimpath ./tests/upgrade/record -version "$(VERSION)"
	$(GO) test -trimpath ./tests/upgrade -run TestReleases -record "$(VERSION)"

# Lint looks at the root's module only, with vet and gofmt in it.
check: test lint ## what a merge request must pass
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "run make fmt"; exit 1; }
	cd tests/rules && $(GO) vet -trimpath ./...
	cd tests/browser && $(GO) vet -trimpath ./...

release: ## build the files of a release into dist/, each twice, with checksums (VERSION=v0.1.0)
	@$(GO) run -trimpath ./cmd/release -version "$(VERSION)" $(if $(TAGGED),-tagged) $(if $(COLD),-cold)

clean: down ## stop the sandbox and delete its state and bin/; the user's cache stays
	rm -rf .sandbox bin
