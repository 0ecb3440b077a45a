# Everything a person does here starts with `make`. Tools that are missing are installed by tools/setup.sh, which says so.

SHELL := /bin/bash
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

export PATH := $(or $(KUBELOOP_TOOLS),$(HOME)/.cache/kubeloop)/bin:$(CURDIR)/node_modules/.bin:$(PATH)

# Builds the page quickly into dist-dev/: little optimisation, no wasm-opt, no service worker.
.PHONY: page-dev
page-dev: setup-page
	trunk build --dist dist-dev

.PHONY: setup-page
setup-page:
	@tools/setup.sh page
