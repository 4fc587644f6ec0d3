# Paigong: one word a task. Every target makes .venv from the hash-locked file by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.PHONY: plan test check bench lock clean

plan: $(READY)  ## plan the demo branch into out/hangzhou
	$(BIN)/paigong plan data/hangzhou --out out/hangzhou

test: $(READY)  ## run the tests
	$(BIN)/paigong warm
	$(BIN)/pytest -n auto --dist loadgroup

check: $(READY)  ## style, types, import contracts, doctests
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/pytest -q --doctest-modules optimizer --ignore=optimizer/cli.py -p no:cacheprovider

bench: $(READY)  ## micro-benchmarks of the kernels; with INSTANCE=path also a run on that instance
	$(BIN)/pytest benchmarks/kernels --benchmark-only --benchmark-columns=median,ops,rounds -q
ifdef INSTANCE
	$(BIN)/python -m benchmarks solve $(INSTANCE) --seconds $(or $(SECONDS),60)
endif

lock:  ## renew requirements.lock (needs uv)
	uv pip compile pyproject.toml --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header -o requirements.lock

clean:  ## forget the environment and all output
	rm -rf $(VENV) out dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed; name one with: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $(READY)
