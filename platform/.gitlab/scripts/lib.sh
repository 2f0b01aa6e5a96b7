# Sourced by the scripts beside it; POSIX sh, since kaniko's and git's images have busybox.
# shellcheck shell=sh

# die WHAT WAY_OUT
die() {
  printf 'error: %s\n  way out: %s\n' "$1" "$2" >&2
  exit 1
}

# need_service stops a job that forgot to say which service it is for.
need_service() {
  [ -n "${SERVICE_NAME:-}" ] || die "SERVICE_NAME is not set" \
    "set it under variables: in the service's .gitlab-ci.yml"
  [ -n "${SERVICE_PATH:-}" ] || die "SERVICE_PATH is not set for $SERVICE_NAME" \
    "set it under variables: in the service's .gitlab-ci.yml, such as services/$SERVICE_NAME"
  case $SERVICE_NAME in
    *[!a-z0-9-]* | -* | *-) die "SERVICE_NAME '$SERVICE_NAME' is no DNS label" \
      "use lower case letters, digits and inner hyphens: it names the image and the Deployment" ;;
  esac
  [ -d "$SERVICE_PATH" ] || die "SERVICE_PATH '$SERVICE_PATH' is not a folder of this repository" \
    "give the path from the root of the repository"
}
