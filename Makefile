# Two commands do everything on a machine with Python 3.11+ and make: `make demo` and `make test`.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo test check docs golden adapters browser studies bench bench-quick quality crash sanitize wheel tables clean

POLICIES := wechat payments search whaletalk marketplace

demo: $(VENV)/lictor.stamp  ## the WeChat policy decides on real text
	PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/demo.sh

test: $(VENV)/dev.stamp  ## the tests, and the policies' own tests
	$(BIN)/python -m pytest -n auto
	$(BIN)/lictor policy test $(POLICIES)

check: $(VENV)/dev.stamp  ## style, types, and who imports whom
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/lictor policy lint $(POLICIES)

docs: $(VENV)/docs.stamp  ## the documentation as a site: open build/site/index.html
	$(BIN)/python docs/builder/build.py build/site

golden: $(VENV)/dev.stamp  ## rewrite the golden files and the outputs in README.md and docs/; read the diff
	LICTOR_GOLDEN=1 $(BIN)/python -m pytest -q -n auto

browser: $(VENV)/dev.stamp  ## HTML reports as a reader uses them, in the Chromium of this machine; skipped where there is none
	$(BIN)/python -m pip install --quiet --group browser
	if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(VENV) axe-core@4; fi
	$(BIN)/python -m pytest -q tests/browser

adapters: $(VENV)/dev.stamp  ## Spark on a local cluster, and the examples for Polars, DuckDB, pandas, Ray and the others
	$(BIN)/python -m pip install --quiet --group adapters
	$(BIN)/python -m pytest -q -p no:xdist tests/adapters

studies: $(VENV)/report.stamp  ## three studies of policies, with a report each under build/studies
	for one in rule-of-2022 rectify-deadline keywords; do PATH="$(CURDIR)/$(BIN):$$PATH" sh examples/studies/$$one.sh || exit; done

bench: $(VENV)/bench.stamp  ## all benchmarks with rivals, a quarter of an hour; writes benchmarks/record/ and docs/benchmarks.md
	$(BIN)/python benchmarks/run.py

bench-quick: $(VENV)/bench.stamp  ## a few of them, shown only
	$(BIN)/python benchmarks/run.py --quick

quality: $(VENV)/bench.stamp  ## precision, recall and false alarms of the WeChat policy; writes benchmarks/quality/record.json and docs/quality.md
	$(BIN)/python benchmarks/quality/run.py

crash: $(VENV)/dev.stamp  ## enforcement killed a hundred times over 100,000 facts, half an hour
	LICTOR_KILLS=100 $(BIN)/python -m pytest -q tests/cli/test_enforce_killed.py

sanitize: $(VENV)/dev.stamp  ## the compiled kernel under gcc's sanitizers: no byte beyond an array, nothing undefined
	CFLAGS='-g -fsanitize=address,undefined -fno-sanitize-recover=undefined' \
	  $(BIN)/python -m pip install --quiet --no-deps --editable .
	PYTHONMALLOC=malloc ASAN_OPTIONS=detect_leaks=0 LD_PRELOAD="$$(gcc -print-file-name=libasan.so) $$(gcc -print-file-name=libubsan.so)" \
	  $(BIN)/python -m pytest -q -p no:xdist tests/match/test_kernel.py tests/match/test_properties.py tests/detect; \
	  status=$$?; $(BIN)/python -m pip install --quiet --no-deps --editable . && exit $$status

wheel: $(VENV)/dev.stamp  ## dist/lictor-*.whl
	$(BIN)/python -m build --wheel

tables: $(VENV)/dev.stamp  ## regenerate the character tables from their sources
	$(BIN)/python -m pip install --quiet --group tables
	$(BIN)/python engine/build_tables.py

clean:
	rm -rf $(VENV) build dist

$(VENV)/pip.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Lictor needs Python 3.11 or newer: set PYTHON=")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	touch $@

$(VENV)/lictor.stamp: $(VENV)/pip.stamp pyproject.toml engine/build_kernel.py $(wildcard engine/lictor/kernel/*.c)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/report.stamp: $(VENV)/lictor.stamp
	$(BIN)/python -m pip install --quiet --editable '.[report]'
	touch $@

$(VENV)/dev.stamp: $(VENV)/lictor.stamp
	$(BIN)/python -m pip install --quiet --group dev
	touch $@

$(VENV)/docs.stamp: $(VENV)/lictor.stamp
	$(BIN)/python -m pip install --quiet --group docs
	touch $@

$(VENV)/bench.stamp: $(VENV)/lictor.stamp  # the rivals under node only where there is node
	$(BIN)/python -m pip install --quiet --group bench
	if command -v npm >/dev/null; then npm install --silent --no-audit --no-fund --prefix $(VENV) obscenity@0.4.6 mint-filter@4.0.3; fi
	touch $@
