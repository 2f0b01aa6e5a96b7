#!/usr/bin/env bash
#
# Gets a TLS certificate from a cert-manager issuer and checks it before anything
# is written: key, CSR with SAN, CertificateRequest, wait, verify, save as PEM.
# `script.sh --help` describes the options; README.md shows how to use it.
set -euo pipefail

# The private key must never be readable by others, not even while it is made.
umask 077
# Messages of openssl and kubectl are matched and sorted: one language everywhere.
export LC_ALL=C

readonly E_USAGE=2 E_TOOL=3 E_REFUSED=4 E_TIMEOUT=5 E_VERIFY=6 E_WRITE=7

home=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
# shellcheck source=lib/check.sh
source "$home/lib/check.sh"
# shellcheck source=lib/options.sh
source "$home/lib/options.sh"
# shellcheck source=lib/validate.sh
source "$home/lib/validate.sh"
# shellcheck source=lib/request.sh
source "$home/lib/request.sh"
# shellcheck source=lib/verify.sh
source "$home/lib/verify.sh"
# shellcheck source=lib/files.sh
source "$home/lib/files.sh"

say() { printf 'script.sh: %s\n' "$*" >&2; }

# die CODE WHAT WAY_OUT ends the run; the EXIT trap tidies up.
die() {
  printf 'script.sh: error: %s\n  way out: %s\n' "$2" "$3" >&2
  exit "$1"
}

# require_tools stops when the machine lacks something the run cannot do without.
require_tools() {
  local tool missing=()
  if ((BASH_VERSINFO[0] * 100 + BASH_VERSINFO[1] < 404)); then
    missing+=("bash 4.4 or newer (this is $BASH_VERSION)")
  fi
  for tool in kubectl openssl; do
    command -v "$tool" >/dev/null || missing+=("$tool")
  done
  if command -v openssl >/dev/null; then
    case $(openssl version) in
      'OpenSSL 1.1.1'* | 'OpenSSL '[3-9].*) ;;
      *) missing+=("OpenSSL 1.1.1 or newer (this is $(openssl version))") ;;
    esac
  fi
  ((${#missing[@]} == 0)) && return
  die "$E_TOOL" "missing on this machine: $(join ', ' "${missing[@]}")" \
    "install it and see that it is on PATH"
}

# interrupted CODE is what the signal traps run; bash then runs the EXIT trap.
interrupted() {
  say "interrupted: no certificate was saved"
  exit "$1"
}

# tidy removes whatever this run leaves behind, on every way out.
tidy() {
  local code=$?
  trap '' INT TERM HUP
  set +e
  stop_watch
  delete_request
  discard_stage "$code"
  exit "$code"
}

main() {
  parse_options "$@"
  require_tools
  validate_options
  trap tidy EXIT
  trap 'interrupted 129' HUP
  trap 'interrupted 130' INT
  trap 'interrupted 143' TERM
  require_issuer
  open_stage
  make_key
  make_csr
  create_request
  await_request
  fetch_certificate
  verify_certificate
  install_files
  delete_request
  summary
}

main "$@"
