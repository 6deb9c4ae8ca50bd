# Ten verbs at most, one line each. Each works as the first one on a fresh clone; none asks a question.

.PHONY: help setup demo test check sdk bench live dist clean

help: ## show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-6s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: ## make .venv and .tools; a second run does nothing
	python3 tools/setup.py

demo: ## watch a gate wait, fail and open, against the emulator
	python3 tools/setup.py --engine any && .venv/bin/python examples/demo.py

test: setup ## run all tests
	.venv/bin/pytest

check: setup ## lint, format, types and the direction of imports
	.venv/bin/ruff check . && .venv/bin/ruff format --check . && .venv/bin/mypy && .venv/bin/lint-imports

sdk: setup ## write anew what is generated: schema, SDKs, reference, completions
	.venv/bin/python tools/sdk.py

bench: setup ## measure what the performance goals name
	.venv/bin/python tests/bench/run.py

live: setup ## try the beliefs of the tests on the real service; only reads, needs a key
	@PYTHONPATH=tests .venv/bin/python -m live

dist: setup ## make what is released: wheel, source, archive of the plugin, list of parts
	.venv/bin/python tools/dist.py

clean: ## remove .venv, .tools and all caches
	rm -rf .venv .tools .*_cache .hypothesis && find . -name __pycache__ -prune -exec rm -rf {} +
