# What the Makefiles that `sam build` runs have in common. SAM runs them in a copy of their folder but reads them where
# they are, which is how they find this file.
PYTHON := python3.13# the template's Runtime

# Lambda cannot write to the package, so without these files Python would compile everything again at each cold start.
# `unchecked-hash`, because zipping and unpacking change the dates of the files. $(1) is where AWS unpacks the package:
# it stands in tracebacks, instead of a folder of the machine that built this. In one process: what it writes depends on
# what the same process compiled before, so several would now and then make another package of the same sources.
define compile
@find "$(ARTIFACTS_DIR)" -name __pycache__ -prune -exec rm -rf {} +
@PYTHONHASHSEED=0 $(PYTHON) -m compileall -q --invalidation-mode unchecked-hash \
  -s "$(ARTIFACTS_DIR)" -p $(1) "$(ARTIFACTS_DIR)"
endef

.PHONY: python
python:
	@$(PYTHON) -c '' 2>/dev/null || { \
	  echo "sam build needs $(PYTHON) on PATH: it compiles the packages for the runtime they run on." >&2; exit 1; }
