#!/bin/sh
# build.sh DESTINATION DOCKERFILE builds an image with kaniko and pushes it. The context
# is the project's root, so that a service may use what services share. With
# KANIKO_DRY_RUN=true it prints kaniko's arguments, one a line, and builds nothing.
set -eu
# shellcheck source=platform/.gitlab/scripts/lib.sh
. "$(dirname "$0")/lib.sh"

destination=$1 dockerfile=$2
[ "$dockerfile" = Dockerfile ] || need_service
[ -n "${IMAGE_PREFIX:-}" ] || die "IMAGE_PREFIX is empty: the project has no container registry" \
  "turn on the registry in the project's settings or set IMAGE_PREFIX"
[ -n "${BASE_IMAGE:-}" ] || die "BASE_IMAGE is not set: the job wheel did not hand it over" \
  "keep wheel in the job's needs:, with its artifacts"
[ -f "$dockerfile" ] || die "$dockerfile is missing" "add it; services/dummy-service/Dockerfile is a model"

set -- --context "dir://$CI_PROJECT_DIR" --dockerfile "$CI_PROJECT_DIR/$dockerfile" \
  --destination "$destination" --cache=true --cache-repo "$IMAGE_PREFIX/cache" \
  --label "org.opencontainers.image.revision=$CI_COMMIT_SHA" \
  --label "org.opencontainers.image.source=$CI_PROJECT_URL"
if [ "$dockerfile" != Dockerfile ]; then
  set -- "$@" --build-arg "BASE_IMAGE=$BASE_IMAGE" --build-arg "SERVICE_PATH=$SERVICE_PATH"
fi
if [ -f "${CA_FILE:-}" ]; then
  set -- "$@" --registry-certificate "${IMAGE_PREFIX%%/*}=$CA_FILE"
fi

if [ "${KANIKO_DRY_RUN:-false}" = true ]; then
  printf 'kaniko would run with:\n'
  printf '  %s\n' "$@"
  exit 0
fi
# Runners check out with umask 0: without this, code in images would be writable by everyone,
# and layers would miss the cache when a runner's umask differs.
chmod -R go-w .
exec "${KANIKO_EXECUTOR:-/kaniko/executor}" "$@"
