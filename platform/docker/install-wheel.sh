#!/bin/sh
# install-wheel.sh [--check] FOLDER installs the one wheel of streamforge_utils that is in
# FOLDER. Its dependencies come from requirements/base.txt, so none is fetched here.
set -eu

check=false
if [ "$1" = --check ]; then
  check=true
  shift
fi
set -- "$1" "$1"/streamforge_utils-*.whl
if [ ! -f "$2" ]; then
  printf '%s\n' "error: no streamforge_utils-*.whl in $1: the base image cannot be built without it" \
    "  way out: build it first: sh .gitlab/scripts/wheel.sh (the job wheel does)" >&2
  exit 1
fi
if [ $# -gt 2 ]; then
  shift
  printf '%s\n' "error: more than one wheel: $*" "  way out: remove the old ones" >&2
  exit 1
fi
if [ "$check" = true ]; then
  exit 0
fi
"${PYTHON:-python3}" -m pip install --quiet --disable-pip-version-check --no-deps --force-reinstall "$2"
"${PYTHON:-python3}" -m pip check --disable-pip-version-check
