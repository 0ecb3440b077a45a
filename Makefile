# Everything a person does here starts with `make`. Tools that are missing are installed by tools/setup.sh, which says so.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PORT ?= 8080
export PATH := $(or $(KUBELOOP_TOOLS),$(or $(XDG_CACHE_HOME),$(HOME)/.cache)/kubeloop)/bin:$(CURDIR)/node_modules/.bin:$(PATH)

# What the page is made of: when none of it is newer than dist/, there is nothing to build.
PAGE := $(shell find src static tools index.html Trunk.toml Cargo.toml Cargo.lock package-lock.json -type f -not -name '.*')

.PHONY: help
help: ## What can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.PHONY: play
play: dist/index.html ## Build the page and serve it at http://127.0.0.1:8080 (PORT=)
	@node tools/serve.mjs dist --port $(PORT)

.PHONY: dist
dist: dist/index.html ## Leave in dist/ what any web server, under any path, can serve
	@node tools/compress.mjs dist

dist/index.html: $(PAGE)
	@tools/setup.sh page
	trunk build --release
	@touch $@

.PHONY: page-dev
page-dev: ## Build the page fast while writing it, into dist-dev/ (no wasm-opt, no service worker)
	@tools/setup.sh page
	trunk build --dist dist-dev

.PHONY: watch
watch: ## The same, served at http://127.0.0.1:8080 (PORT=) and rebuilt whenever a file changes
	@tools/setup.sh page
	trunk serve --dist dist-dev --address 127.0.0.1 --port $(PORT)

.PHONY: test
test: ## Everything: formatting, lints, tests, docs, the page in a real browser
	@tools/test.sh

.PHONY: lint fmt stories browser
lint: ## Formatting, Clippy and the docs' links only
	@tools/test.sh format lint docs

fmt: ## Format the Rust code
	cargo fmt

stories: ## The scenarios only; UPDATE=1 rewrites what they expect (then read the diff), STORY=name runs one
	cargo test --test stories

browser: ## The page's build and the browser tests only
	@tools/test.sh page browser

.PHONY: bench
bench: ## Ours beside the nearest peer, natively and in the browser (BENCH=--full: 5,000 pods on the peer too)
	@tools/setup.sh page
	@tools/setup.sh tests
	@tests/bench/run.sh $(BENCH)

CLIENTS ?= 200
SECONDS ?= 60
.PHONY: load
load: ## Clients that write and watch at once, through the port, against Kubernetes' objectives (CLIENTS=200 SECONDS=60)
	LOAD_CLIENTS=$(CLIENTS) LOAD_SECONDS=$(SECONDS) LOAD_SLO=1 cargo test --release --test load -- --nocapture

TIME ?= 60
.PHONY: fuzz
fuzz: ## Random input for all that reads what others wrote, TIME=60 seconds for each of seven targets (TARGET=yaml for one)
	@tools/fuzz.sh $(TIME) $(TARGET)

.PHONY: clean
clean: ## Remove what was built; installed tools stay
	rm -rf target fuzz/target dist dist-dev test-results node_modules tests/bench/peer/node_modules tests/bench/results
