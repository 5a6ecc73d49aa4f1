# make lab opens the course, make test tests it. Either sets everything up first; nothing else has to be typed.

VENV ?= .venv
HUB_VENV ?= .venv-hub
BENCH_VENV ?= .venv-bench
NEW_ENOUGH := import sys; sys.exit(sys.version_info < (3, 11))
PYTHON ?= $(or $(shell for p in python3 python3.13 python3.12 python3.11 python3.14 python; do \
	$$p -c "$(NEW_ENOUGH)" 2>/dev/null && echo $$p && break; done),python3)

ifeq ($(OS),Windows_NT)
  RUN := "$(VENV)/Scripts/python"
else
  RUN := "$(VENV)/bin/python"
endif

SETUP := "$(PYTHON)" ddlearn/course/install.py --venv "$(VENV)"
NBVAL := --nbval-lax --nbval-current-env --nbval-cell-timeout=120
SUMMARY := "$(VENV)/test-summary.txt"

# $(call step,name,command): run it, note how it ended, go on. The last line of `make test` fails if one of them did.
define step
	@echo; echo "== $(1)"; if $(2); then word=passed; else word=FAILED; fi; echo "$$word  $(1)" >> $(SUMMARY)
endef

# One process a core, but no more than eight (each holds a kernel), and one thread in each. Who has nothing left to do
# takes over what another has before it; only the cells of a notebook stay together. nbval is loaded where it is used.
# Progress goes to a folder of its own: a test never touches a learner's.
PYTEST = home=$$(mktemp -d) && DDLEARN_HOME="$$home" OMP_NUM_THREADS=1 $(1) $(RUN) -m pytest -q \
	-n $$($(RUN) -c "from ddlearn import compute; print(min(8, compute.threads()))") $(2); \
	code=$$?; rm -rf "$$home"; test $$code = 0

# Every notebook, unsolved and solved, each run once: see tests/notebooks/measured.py.  $(call NOTEBOOKS,options)
NOTEBOOKS = $(call PYTEST,PYTHONPATH=tests/notebooks,--dist loadfile -p measured $(NBVAL) $(1) lessons solutions)

.PHONY: help lab test test-all mutants bench hub-test clean

help:
	@echo "make lab       set up, then open JupyterLab at lesson 00"
	@echo "make test      set up, then test, and run every notebook, unsolved and solved (some ten minutes on two cores)"
	@echo "make test-all  set up, then run every test, the slow ones as well (over an hour)"
	@echo "make mutants   put known faults into a copy of the code, one by one: the tests must see each (20 minutes)"
	@echo "make bench     set the peers up, time our computations against them, print the table of the README"
	@echo "make hub-test  set up a JupyterHub on this machine, and run lesson 01 on it as a class of 30 (Linux, macOS)"
	@echo "make clean     remove the environments and what builds and tests leave (never my-ddlearn, your work)"
	@echo "Options: PYTHON=python3.12 (which Python), VENV=folder (where the environment goes)"
	@echo "For the faults: ONLY=\"claim quiz\", those whose name has one of these words"
	@echo "For the hub: HUB_VENV=folder, HUB_OPTIONS=\"--users 10 --at-once 4 --json hub.json\""
	@echo "For the bench: BENCH_VENV=folder, BENCH_OPTIONS=\"-k ridge-path\""

lab:
	@$(SETUP)
	@$(RUN) -m ddlearn lab

test:
	@$(SETUP) --extra test
	@rm -f $(SUMMARY)
	$(call step,notebooks as their sources say,$(RUN) -m ddlearn build --check)
	$(call step,tests,$(call PYTEST,,--dist worksteal -p no:nbval tests))
	$(call step,lessons as shipped and solved,$(call NOTEBOOKS,))
	@echo; cat $(SUMMARY); ! grep -q FAILED $(SUMMARY)

# Speed is measured by one process, on its own.
test-all:
	@$(SETUP) --extra test
	@rm -f $(SUMMARY)
	$(call step,notebooks as their sources say,$(RUN) -m ddlearn build --check)
	$(call step,all tests,$(call PYTEST,DDLEARN_STORM_SECONDS=10,--dist worksteal -p no:nbval -m "" tests --ignore tests/bench))
	$(call step,speed,$(call PYTEST,,-n 0 -p no:nbval -m "" tests/bench))
	$(call step,lessons as shipped and solved,$(call NOTEBOOKS,-m ""))
	@echo; cat $(SUMMARY); ! grep -q FAILED $(SUMMARY)

mutants:
	@$(SETUP) --extra test
	@$(RUN) tests/mutate.py $(ONLY)

bench:
	@"$(PYTHON)" ddlearn/course/install.py --venv "$(BENCH_VENV)" --extra bench
	@OMP_NUM_THREADS=1 "$(BENCH_VENV)/bin/python" -m pytest tests/bench/compare.py -o timeout=0 \
		--benchmark-timer time.process_time --benchmark-json "$(BENCH_VENV)/bench.json" $(BENCH_OPTIONS); code=$$?; \
		"$(BENCH_VENV)/bin/python" tests/bench/table.py "$(BENCH_VENV)/bench.json"; exit $$code

hub-test:
	@"$(PYTHON)" ddlearn/course/install.py --venv "$(HUB_VENV)" --extra hub
	@OMP_NUM_THREADS=1 PYTHONPATH="$(CURDIR)/tests" "$(HUB_VENV)/bin/python" -m hub.load $(HUB_OPTIONS)

clean:
	@for venv in "$(VENV)" "$(HUB_VENV)" "$(BENCH_VENV)"; do "$(PYTHON)" ddlearn/course/install.py --venv "$$venv" --remove; done
	rm -rf build dist .pytest_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
