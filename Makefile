# The two commands of the README. They make the environment they need: Python 3.11 or later and make are enough.
PYTHON ?= python3
VENV ?= .venv
BIN = $(VENV)/bin

.PHONY: demo test lint types bench fuzz clean

$(BIN)/hcc-sdtm: pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --editable .
	touch $@

$(VENV)/.dev: pyproject.toml $(BIN)/hcc-sdtm
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	touch $@

demo: $(BIN)/hcc-sdtm
	$(BIN)/hcc-sdtm demo out

test: $(VENV)/.dev
	$(BIN)/python -m pytest

lint: $(VENV)/.dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(VENV)/.dev
	$(BIN)/mypy

bench: $(VENV)/.dev
	$(BIN)/python bench/dates.py
	$(BIN)/python bench/full_run.py

# Ten minutes of texts that no one would think of; what it finds becomes a case of tests/dates/spellings.csv.
fuzz: $(VENV)/.dev
	$(BIN)/python -m pip install --quiet --editable ".[fuzz]"
	$(BIN)/python -m tests.dates.fuzz_reading -max_total_time=600

clean:
	rm -rf $(VENV) out
