# make            lists what there is
# make demo ARGS="--port 9000 --no-browser"      passes options on
# make test PYTHON=/path/to/python3.13           chooses the Python of a new .venv

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo run test lint bench spikes train install clean

PY := .venv/bin/python
LOCKED_RUN := requirements.txt pyproject.toml .ci/setup
LOCKED_DEV := requirements-dev.txt pyproject.toml .ci/setup

help:
	@echo "make demo      the whole loop in a browser, without a token"
	@echo "make test      all tests"
	@echo "make run       the bot itself; before: vidhuk init, vidhuk check"
	@echo "make install   leaves .venv/bin/vidhuk"
	@echo "make lint      style, types and layers"
	@echo "make bench     speed, as ratios"
	@echo "make spikes    how soon outages are seen; remakes docs/spikes.md"
	@echo "make train     rebuilds the language model's weights, the same bytes each time; ARGS=check compares"
	@echo "make clean     removes .venv and what tools left behind"
	@echo
	@echo 'Options are passed on: make demo ARGS="--port 9000 --no-browser"'

demo: .venv/ready-to-run
	@.venv/bin/vidhuk demo $(ARGS)

run: .venv/ready-to-run
	@.venv/bin/vidhuk run $(ARGS)

install: .venv/ready-to-run
	@echo "Ready: .venv/bin/vidhuk --help"

test: .venv/ready-to-develop
	@$(PY) -m pytest $(ARGS)

lint: .venv/ready-to-develop
	@$(PY) -m ruff check .
	@$(PY) -m ruff format --check .
	@$(PY) -m mypy --strict
	@.venv/bin/lint-imports

bench: .venv/ready-to-develop
	@$(PY) -m tests.benchmarks $(ARGS)

spikes: .venv/ready-to-develop
	@$(PY) -m tests.benchmarks.spikes $(ARGS)

train: .venv/ready-to-develop
	@nice -n 5 $(PY) -m training $(ARGS)

clean:
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis build dist
	find bot handlers jobs tests -type d -name __pycache__ -prune -exec rm -rf {} +

# A .venv whose Python has gone counts as missing: make looks through the link.
$(PY):
	@sh .ci/setup venv

.venv/ready-to-run: $(PY) $(LOCKED_RUN)
	@sh .ci/setup run
	@touch $@

.venv/ready-to-develop: $(PY) $(LOCKED_DEV)
	@sh .ci/setup dev
	@touch $@ .venv/ready-to-run
