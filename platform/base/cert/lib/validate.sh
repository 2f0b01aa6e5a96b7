# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # settings come from options.sh and go to the other parts
# Checks all settings together, so that one run shows every mistake.

readonly HOST_RULE="labels of a-z, 0-9 and -, 63 characters each, joined by dots, 253 in all"

validate_options() {
  check_names
  check_addresses
  check_issuer
  check_times
  check_paths
  if ((${#problems[@]})); then
    printf 'script.sh: error: bad input, nothing was done (--help explains the options)\n' >&2
    printf '  %s\n' "${problems[@]}" >&2
    exit "$E_USAGE"
  fi
  kube_flags=("--namespace=$namespace")
  [[ -z $kubeconfig ]] || kube_flags+=("--kubeconfig=$kubeconfig")
  [[ -z $context ]] || kube_flags+=("--context=$context")
}

# check_names settles the host names: lower case, the main name first, none twice.
check_names() {
  local host unique=()
  name=${name,,}
  if [[ -z $name ]]; then
    problem "--name: missing; give the host name the certificate is for"
  elif is_ipv4 "$name" || is_ipv6 "$name"; then
    problem "--name: \"$name\" is an address; name a host and give the address with --ip"
  elif ! is_fqdn "$name"; then
    problem "--name: \"$name\" is not a fully qualified host name ($HOST_RULE)"
  fi
  for host in "${dns[@]}"; do
    if is_ipv4 "$host" || is_ipv6 "$host"; then
      problem "--dns: \"$host\" is an address; give it with --ip"
    elif ! is_host "${host,,}"; then
      problem "--dns: \"$host\" is not a host name ($HOST_RULE)"
    fi
  done
  for host in "$name" "${dns[@],,}"; do
    [[ " ${unique[*]-} " == *" $host "* ]] || unique+=("$host")
  done
  dns=("${unique[@]}")
  base=${name/#\*./wildcard.}
}

check_addresses() {
  local address unique=()
  for address in "${ips[@]}"; do
    if ! is_ipv4 "$address" && ! is_ipv6 "$address"; then
      problem "--ip: \"$address\" is not an IPv4 or IPv6 address (no port, no mask, no leading zeros)"
    fi
    [[ " ${unique[*]-} " == *" ${address,,} "* ]] || unique+=("${address,,}")
  done
  ips=("${unique[@]}")
}

check_issuer() {
  is_namespace "$namespace" ||
    problem "--namespace: \"$namespace\" is not a namespace name (a-z, 0-9 and -, 63 characters)"
  is_object_name "$issuer" || problem "--issuer: \"$issuer\" is not an object name (a-z, 0-9, - and .)"
  is_object_name "$issuer_group" ||
    problem "--issuer-group: \"$issuer_group\" is not an API group such as cert-manager.io"
  [[ $issuer_kind =~ ^[A-Z][A-Za-z0-9]*$ ]] ||
    problem "--issuer-kind: \"$issuer_kind\" is not a kind such as ClusterIssuer or Issuer"
  if [[ $issuer_group == cert-manager.io && ! $issuer_kind =~ ^(Cluster)?Issuer$ ]]; then
    problem "--issuer-kind: cert-manager.io has ClusterIssuer and Issuer, not \"$issuer_kind\"; --issuer-group names another group"
  fi
  [[ $key_type == ecdsa || $key_type == rsa ]] ||
    problem "--key-type: \"$key_type\" is not known; take ecdsa or rsa"
}

check_times() {
  if ! duration_s=$(seconds "$duration") || ((duration_s < 3600 || duration_s > 3650 * 86400)); then
    problem "--duration: \"$duration\" must be between 1h and 3650d, written such as 90d or 2160h"
  fi
  if ! timeout_s=$(seconds "$timeout") || ((timeout_s < 1 || timeout_s > 3600)); then
    problem "--timeout: \"$timeout\" must be between 1s and 1h, written such as 90s or 2m"
  fi
}

check_paths() {
  [[ -z $kubeconfig || -r $kubeconfig ]] || problem "--kubeconfig: cannot read \"$kubeconfig\""
  if [[ -n $ca_file ]] && ! { [[ -r $ca_file ]] && openssl x509 -in "$ca_file" -noout 2>/dev/null; }; then
    problem "--ca: \"$ca_file\" is not a readable PEM certificate"
  fi
  if [[ -z $out ]]; then
    problem "--out: empty; name a folder"
  elif [[ -e $out && ! -d $out ]]; then
    problem "--out: \"$out\" is not a folder"
  elif [[ -d $out && ! (-w $out && -x $out) ]]; then
    problem "--out: no permission to write into \"$out\""
  elif [[ ! -d $out ]]; then
    check_parent
  else
    check_existing
  fi
}

# check_parent: a missing folder is made, but a missing path above it is likely a typo.
check_parent() {
  local parent
  parent=$(dirname -- "$out")
  if [[ ! -d $parent ]]; then
    problem "--out: \"$parent\" does not exist, so \"$out\" cannot be made in it"
  elif [[ ! -w $parent ]]; then
    problem "--out: \"$out\" does not exist and \"$parent\" is not writable"
  fi
}

# check_existing guards the files of an earlier run. ca.crt is shared by all names
# and compared when the CA is known.
check_existing() {
  local file found=()
  for file in "$base.key" "$base.crt" "$base.fullchain.crt" ca.crt; do
    if [[ -e $out/$file && ! -f $out/$file ]]; then
      problem "--out: \"$out/$file\" is in the way and is not a regular file"
    elif [[ -e $out/$file && $file != ca.crt ]]; then
      found+=("$file")
    fi
  done
  if ((${#found[@]} && !force)); then
    problem "--out: \"$out\" already has $(join ', ' "${found[@]}"); --force replaces, --out takes another folder"
  fi
}
