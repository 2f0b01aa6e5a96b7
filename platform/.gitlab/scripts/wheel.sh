#!/bin/sh
# Builds the wheel of streamforge_utils into wheels/ and says in base.env what the
# base image is called: its tag is made of the content of all that goes into it, so
# that an unchanged base keeps its tag and its layers.
set -eu
# shellcheck source=platform/.gitlab/scripts/lib.sh
. "$(dirname "$0")/lib.sh"

[ -n "${IMAGE_PREFIX:-}" ] || die "IMAGE_PREFIX is empty: the project has no container registry" \
  "turn on the registry in the project's settings or set IMAGE_PREFIX"

rm -f wheels/*.whl
python3 -m pip wheel --quiet --disable-pip-version-check --no-deps --wheel-dir wheels ./streamforge_utils

tag=$(find Dockerfile .dockerignore docker requirements streamforge_utils \
  -type f ! -name '*.pyc' ! -path '*/build/*' ! -path '*.egg-info/*' -exec sha256sum {} + |
  LC_ALL=C sort -k 2 | sha256sum | cut -c 1-12)
printf 'BASE_IMAGE=%s/base:%s\n' "$IMAGE_PREFIX" "$tag" | tee base.env
