# Every target sets itself up in .venv; nothing outside of this folder is touched.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PIP    := $(BIN)/python -m pip install -qq --disable-pip-version-check
CONFIG ?= config/ingestor.toml

.DEFAULT_GOAL := help

help:            ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# Locked, hash-checked wheels; a stamp a lock file, so that a second call costs nothing.
$(VENV)/.created:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "ingestor needs Python 3.11 or newer: make PYTHON=python3.12 …"; exit 1; }
	@$(PYTHON) -m venv $(VENV) \
	  || { echo "no venv module: apt-get install python3-venv"; rm -rf $(VENV); exit 1; }
	@touch $@

$(VENV)/.runtime: requirements/runtime.txt pyproject.toml $(VENV)/.created
	@echo "Installing into $(VENV): a minute or two, once"
	@$(PIP) --require-hashes -r requirements/build.txt -r requirements/runtime.txt
	@$(PIP) --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/.dev: requirements/dev.txt $(VENV)/.runtime
	@echo "Installing what tests need into $(VENV), once"
	@$(PIP) --require-hashes -r requirements/dev.txt
	@touch $@

demo: $(VENV)/.runtime   ## Ingest the bundled sample newsroom (no network) and show its stories
	$(BIN)/ingestor demo

$(VENV)/.inspect: $(VENV)/.runtime
	@$(PIP) --no-build-isolation --editable '.[inspect]'
	@touch $@

inspect: $(VENV)/.inspect   ## Look into the demo's database in a browser; another: make inspect CONFIG=my.toml
	$(BIN)/ingestor inspect -c $(if $(filter file,$(origin CONFIG)),demo/newsroom.toml,$(CONFIG))

run: $(VENV)/.runtime    ## Run the daemon in the foreground: make run CONFIG=my.toml
	$(BIN)/ingestor run --config $(CONFIG)

test: $(VENV)/.dev       ## Run the tests
	$(BIN)/python -m pytest

lint: $(VENV)/.dev       ## Check style and types
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fmt: $(VENV)/.dev        ## Format the code
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: bench-ingest bench-fetch bench-dedup bench-clean bench-boilerplate bench-rhythm bench-month bench-scale bench-inspect   ## Run every benchmark

bench-ingest: $(VENV)/.dev   ## Speed of first and unchanged polls, beside other feed readers
	$(BIN)/python -m benchmarks.bench_ingest

bench-fetch: $(VENV)/.dev   ## Polls a second, CPU, memory and sockets of 10,000 feeds, beside a bare loop
	$(BIN)/python -m benchmarks.bench_fetch

bench-dedup: $(VENV)/.dev    ## Quality of deduplication on translated and templated reports
	$(BIN)/python -m benchmarks.bench_dedup

bench-rhythm: $(VENV)/.dev   ## How late news is stored for a number of requests, beside other rules
	$(BIN)/python -m benchmarks.bench_rhythm

bench-month: $(VENV)/.dev    ## A month of 10,000 feeds on a clock that jumps: what is owed to servers is kept
	$(BIN)/python -m benchmarks.bench_month

fit-weights: $(VENV)/.dev    ## The weights of the judge, fitted anew, and how they do on unseen stories and languages
	$(BIN)/python -m benchmarks.fit_weights

lock: $(VENV)/.dev       ## Refresh the locked dependencies (needs network)
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile -q requirements/build.in --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/build.txt
	$(BIN)/uv pip compile -q pyproject.toml --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -o requirements/runtime.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra dev --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/runtime.txt -c requirements/build.txt -o requirements/dev.txt
	$(BIN)/uv pip compile -q pyproject.toml --extra docs --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header -c requirements/runtime.txt -c requirements/build.txt -o requirements/docs.txt

reference: $(VENV)/.dev  ## Write what of the manual follows from the code: settings, commands, tables, man pages
	$(BIN)/python -m docs.generate

docs: $(VENV)/.runtime   ## Build the manual into build/manual
	@$(PIP) --require-hashes -r requirements/docs.txt
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet

bench-clean: bench-residue bench-removals bench-language bench-fulltext $(VENV)/.dev   ## Quality of cleaning: feeds, and pages beside trafilatura alone
	$(BIN)/python -m benchmarks.bench_pages

bench-residue: $(VENV)/.dev  ## What cleaning removes of portals' residue, in 59 languages
	$(BIN)/python -m benchmarks.bench_residue

bench-language: $(VENV)/.dev ## Whether the language of a text is named right, in 59 languages, with claims that lie
	$(BIN)/python -m benchmarks.bench_language

bench-fulltext: $(VENV)/.dev ## Whether the fuller text is kept, of feeds that give more or less of a report
	$(BIN)/python -m benchmarks.bench_fulltext

bench-removals: $(VENV)/.dev ## What is removed of real feeds by which rule, how fast, and at which sizes
	$(BIN)/python -m benchmarks.bench_removals

pictures: $(VENV)/.dev   ## Take the pictures of the manual anew (needs chromium)
	$(BIN)/python docs/pictures/take.py

bench-boilerplate: $(VENV)/.dev   ## What is learned of what sites repeat: planted lines, real feeds
	$(BIN)/python -m benchmarks.bench_boilerplate

bench-window: $(VENV)/.dev   ## One decision as the window grows to a million articles, and the start from such a database
	$(BIN)/python -m benchmarks.bench_window

bench-scale: $(VENV)/.dev   ## The whole pipeline with an encoder beside the encoder alone; then bench-window
	$(BIN)/python -m benchmarks.bench_scale

bench-inspect: $(VENV)/.dev   ## Speed, queries and plans of the pages over 100,000 articles
	$(BIN)/python -m benchmarks.bench_inspect

clean:           ## Remove the environment and caches
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis

.PHONY: fit-weights inspect reference pictures bench-inspect bench-clean bench-boilerplate bench-residue bench-removals bench-language bench-fulltext bench-rhythm bench-month docs help demo run test lint fmt bench bench-ingest bench-fetch bench-dedup bench-scale bench-window lock clean
