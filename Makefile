# Two commands do all the set-up: `make demo` and `make test`. Python 3.11 or later is all they need.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
WORKERS ?= 4
PYTEST := $(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup
unexport PYTHONDONTWRITEBYTECODE  # four workers and some hundred processes read what one of them has compiled

.PHONY: demo test quick lake browser duckdb2 lint server crash bulk schedule workers nightly fuzz audit clean

demo: $(VENV)/.installed  ## replay the recorded story and report
	$(BIN)/writethru demo

test: $(VENV)/.installed-test  ## all tests but those in a browser, WORKERS=4 side by side
	$(PYTEST) -m "not browser"

quick: $(VENV)/.installed-test  ## the tests without a Prefect server or a browser
	$(PYTEST) -m "not server and not browser"

server: export PREFECT_HOME := $(CURDIR)/.prefect
server: export PREFECT_API_URL := http://127.0.0.1:4200/api
server: export PREFECT_SERVER_ANALYTICS_ENABLED := false
server: export PREFECT_SERVER_CONCURRENCY_LEASE_STORAGE := prefect.server.concurrency.lease_storage.filesystem
server: export PREFECT_FLOWS_HEARTBEAT_FREQUENCY := 60
server: export DO_NOT_TRACK := 1
server: $(VENV)/.installed  ## Prefect's server on 127.0.0.1:4200, the schedule and a worker, until stopped
	@$(BIN)/prefect server start --host 127.0.0.1 --port 4200 & server=$$!; trap "kill $$server" EXIT INT TERM; \
	n=0; until $(BIN)/prefect work-pool ls >/dev/null 2>&1; do n=$$((n+1)); [ $$n -lt 60 ] || exit 1; sleep 1; done; \
	$(BIN)/prefect work-pool inspect local >/dev/null 2>&1 || $(BIN)/prefect work-pool create local --type process; \
	$(BIN)/prefect automation inspect 'flow runs without a heartbeat' >/dev/null 2>&1 || $(BIN)/prefect automation create --from-file docs/examples/zombies.yaml; \
	$(BIN)/prefect --no-prompt deploy --all && $(BIN)/prefect worker start --pool local

lake: export WRITETHRU_TEST_STORE := postgres
lake: $(VENV)/.installed-test  ## what touches the store, with the store in a lake whose catalog is a PostgreSQL of the tests' own
	$(PYTEST) tests/test_lake.py tests/test_objects.py tests/test_cli.py tests/test_demo.py tests/test_import.py tests/test_questions.py \
	  tests/test_collect_versions.py tests/test_status.py tests/test_notify.py tests/test_bulk.py
	WRITETHRU_TEST_STORE=sqlite $(PYTEST) tests/test_rebuild.py  # its tests copy a store with its folder

schedule: export WRITETHRU_WORKERS := 1
schedule: $(VENV)/.installed-test  ## the schedule of several workers, on a real Prefect server with PostgreSQL
	$(BIN)/python -m pytest tests/test_workers_flows.py

browser: $(VENV)/.installed-browser  ## the pages in the system's Chromium, with axe
	$(BIN)/python -m pytest -m browser tests/test_browser.py

duckdb2: .venv-duckdb2/.installed  ## what touches the store most, on DuckDB 2.0
	.venv-duckdb2/bin/python -m pytest -n $(WORKERS) --dist loadgroup tests/test_cli.py tests/test_collect_versions.py tests/test_upgrade.py \
	  tests/test_snapshot.py tests/test_store_schema.py tests/test_store_states.py

crash: export WRITETHRU_KILLS := 100
crash: $(VENV)/.installed-test  ## runs killed at every named point, a hundred times in all
	$(BIN)/python -m pytest tests/test_crash.py -k killed_before_any_step

bulk: export WRITETHRU_BULK := 1
bulk: $(VENV)/.installed-test  ## the flows for large imports and rebuilds on Dask's processes
	$(BIN)/python -m pytest tests/test_flows.py -k large_imports

workers: export WRITETHRU_MONTH ?= 50
workers: export WRITETHRU_MANY := 1
workers: $(VENV)/.installed-test  ## a month by one process, one worker on a lake and three, two killed and PostgreSQL restarted meanwhile
	$(BIN)/python -m pytest -n 2 -m workers tests/test_workers.py tests/test_month.py

nightly: export WRITETHRU_MONTH := 8
nightly: export WRITETHRU_KILLS := 1000
nightly: export WRITETHRU_NIGHTLY := 1
nightly: $(VENV)/.installed-test  ## what takes an hour: runs killed at a thousand steps; server, worker and run killed together
	$(BIN)/python -m pytest tests/test_crash.py tests/test_healing.py tests/test_examples.py tests/test_month.py tests/test_workers_flows.py \
	  tests/test_lake.py tests/test_workers_tracking.py

fuzz: $(VENV)/.installed-test  ## a minute (WRITETHRU_FUZZ_SECONDS) of odd input for all that reads; findings go to tests/fuzz/cases
	PYTHONPATH=tests $(BIN)/python -m fuzz $(FUZZ)

audit: constraints.txt  ## the pinned dependencies against the list of known weaknesses; needs a network
	$(PYTHON) -m venv .venv-audit
	.venv-audit/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
	.venv-audit/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --strict

lint: $(VENV)/.installed-dev  ## style and types
	$(BIN)/ruff check . && $(BIN)/ruff format --check . && $(BIN)/mypy

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed; this is " + sys.version)'
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	touch $@

$(VENV)/.installed-test: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lake,bulk]'
	touch $@ $(VENV)/.installed

$(VENV)/.installed-browser: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[test,lake,bulk,browser]'
	touch $@ $(VENV)/.installed $(VENV)/.installed-test

# DuckDB alone is another there; whatever it does not have is that of $(VENV).
.venv-duckdb2/.installed: $(VENV)/.installed-test
	$(PYTHON) -m venv --clear --without-pip .venv-duckdb2
	$(BIN)/python -m pip --python .venv-duckdb2/bin/python install --quiet --disable-pip-version-check --no-deps 'duckdb==2.0.0'
	cd .venv-duckdb2/lib/python*/site-packages && ls -d $(CURDIR)/$(VENV)/lib/python*/site-packages | sed "s/.*/import site; site.addsitedir('&')/" > rest.pth
	touch $@

$(VENV)/.installed-dev: $(VENV)/bin/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@ $(VENV)/.installed $(VENV)/.installed-test

clean:
	rm -rf $(VENV) demo .pytest_cache .ruff_cache .mypy_cache
