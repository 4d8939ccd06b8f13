# `make demo` runs the main job on the seeds, `make test` checks everything. Both set up what they need.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready

# Tests start hundreds of programs, and upgrades read all migrations: none of them is compiled anew each time.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: bench docs demo test test-all-cases lint types layers tests bench-best bench-extraction bench-growth bench-import bench-learn bench-migrate bench-postgresql bench-queries bench-rows bench-search bench-topics bench-views constraints clean help

help:
	@echo "make demo           import the seeds and show what the archive knows about them"
	@echo "make test           lint, types, layers, tests"
	@echo "make bench          all benchmarks of speed, one after the other, and a table of what they found; takes hours"
	@echo "make bench-best     finding the best articles of a word, beside FTS5, in the archive ARCHIVE=FILE"
	@echo "make bench-growth   imports, memory, size and questions up to 1,000,000 articles, with a picture; takes an hour"
	@echo "make bench-import   speed of import beside sqlite-utils, on this machine"
	@echo "make test-all-cases  every case of every test on PostgreSQL, too; takes more than an hour"
	@echo "make bench-queries  10,000 random queries held against the slow reference; takes minutes"
	@echo "make bench-extraction  how near pages come to what people marked, beside other programs; DATA=../shared"
	@echo "make bench-learn    how well topics are learned, beside the usual baselines; DATA=../shared"
	@echo "make bench-migrate  time of backup and upgrade beside copying the file, on this machine"
	@echo "make bench-postgresql  import and search on a PostgreSQL server beside the same by hand, on this machine"
	@echo "make bench-rows     speed of 100,000 JSON records and a thousand more, beside bare rows; takes half an hour"
	@echo "make bench-search   time of searches, counts and commands beside bare statements, on this machine"
	@echo "make bench-topics   time of finding 5,000 phrases beside a bare automaton, on this machine"
	@echo "make bench-views    time of the views beside the same asked of the tables by hand, on this machine"

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[html,office,pdf,warc,plot,fast,skos,learn,postgres]" --group dev
	@touch $(READY)

demo: $(READY)
	@ARCHIVE=$(BIN)/archive bash seeds/demo.sh

test: lint types layers tests

lint: $(READY)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY)
	$(BIN)/mypy

layers: $(READY)
	$(BIN)/lint-imports

tests: $(READY)
	$(BIN)/pytest -n 2

test-all-cases: $(READY)
	ARCHIVE_ALL_CASES=1 $(BIN)/pytest -n 2 -k postgresql

bench: bench-import bench-rows bench-search bench-views bench-topics bench-migrate bench-postgresql
	$(BIN)/python benchmarks/summary.py

bench-best: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_best.py $(ARCHIVE)

bench-growth: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_growth.py

bench-import: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_import.py

bench-extraction: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_extraction.py $(or $(DATA),../shared)

bench-learn: $(READY)
	$(BIN)/python benchmarks/bench_learn.py --shared $(or $(DATA),../shared)

bench-migrate: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_migrate.py

bench-postgresql: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_postgresql.py

bench-queries: $(READY)
	ARCHIVE_QUERIES=10000 $(BIN)/pytest -q tests/queries/test_selection.py

bench-rows: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_rows.py

bench-search: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_search.py

bench-topics: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_topics.py

bench-views: $(READY)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt --group bench
	$(BIN)/python benchmarks/bench_views.py

docs: $(READY)
	$(BIN)/python -m archive.db.describe > docs/sql.md

constraints: $(READY)
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '^archive' > constraints.txt

clean:
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis dist build
