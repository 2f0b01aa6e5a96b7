#!/bin/sh
# test.sh FOLDER lints FOLDER and runs the tests below FOLDER/tests. In the image all the
# tools are there; elsewhere (a laptop, a runner emulator) a venv is made of the same pins.
set -eu
# shellcheck source=platform/.gitlab/scripts/lib.sh
. "$(dirname "$0")/lib.sh"

folder=$1
[ -n "$folder" ] || need_service
[ -d "$folder/tests" ] || die "$folder/tests is missing" "add tests: an untested service is not deployed"

python=python3
if [ "${STREAMFORGE_BASE:-}" != 1 ]; then # set by Dockerfile
  [ -x .venv/bin/python ] || python3 -m venv .venv
  python=$PWD/.venv/bin/python
  "$python" -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements/base.txt
  PYTHON=$python sh docker/install-wheel.sh wheels
fi

# The code in the image, when there is some, or else the code in the checkout.
code=$PWD/$folder
[ ! -d /srv/service/app ] || code=/srv/service
"$python" -m ruff check --no-cache "$folder"
PYTHONPATH=$code PYTHONDONTWRITEBYTECODE=1 exec "$python" -P -m pytest -q -p no:cacheprovider \
  --import-mode=importlib --junitxml="$folder/report.xml" "$folder/tests"
