# shellcheck shell=bash
# Predicates over single values. None of them prints or exits.

# join SEPARATOR WORD... prints the words with the separator between them.
join() {
  local separator=$1 out=${2-} word
  shift $(($# < 2 ? $# : 2))
  for word in "$@"; do out+=$separator$word; done
  printf '%s' "$out"
}

# is_host NAME: a DNS name as certificates carry it, `*.` allowed in front.
is_host() {
  local label='[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?'
  ((${#1} <= 253)) && [[ $1 =~ ^(\*\.)?($label\.)*$label$ ]] && ! [[ $1 =~ (^|\.)[0-9]+$ ]]
}

# is_fqdn NAME: a host name with at least one dot, so that it is absolute.
is_fqdn() { is_host "$1" && [[ ${1#\*.} == *.* ]]; }

# is_object_name NAME: what Kubernetes accepts for most objects.
is_object_name() {
  local label='[a-z0-9]([a-z0-9-]*[a-z0-9])?'
  ((${#1} <= 253)) && [[ $1 =~ ^($label\.)*$label$ ]]
}

# is_namespace NAME: one label, 63 characters.
is_namespace() { ((${#1} <= 63)) && [[ $1 =~ ^[a-z0-9]([a-z0-9-]*[a-z0-9])?$ ]]; }

# is_ipv4 ADDRESS: four decimal octets; a leading zero would be octal to some tools.
is_ipv4() {
  local octet='(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])'
  [[ $1 =~ ^$octet(\.$octet){3}$ ]]
}

# is_ipv6 ADDRESS: eight groups, or fewer around one `::`; no zone, no embedded IPv4.
is_ipv6() {
  local address=$1 groups=0 group parts
  [[ $address =~ ^[0-9A-Fa-f:]+$ && $address == *:*:* ]] || return 1
  [[ $address != *:::* && $address != *::*::* ]] || return 1
  [[ $address != :* || $address == ::* ]] || return 1
  [[ $address != *: || $address == *:: ]] || return 1
  IFS=: read -r -a parts <<<"$address"
  for group in "${parts[@]}"; do
    ((${#group} <= 4)) || return 1
    [[ -z $group ]] || groups=$((groups + 1))
  done
  if [[ $address == *::* ]]; then ((groups < 8)); else ((groups == 8)); fi
}

# seconds DURATION prints e.g. 90d, 2160h, 1h30m or 45s in seconds; fails on anything else.
seconds() {
  local rest=$1 total=0 unit
  [[ $rest =~ ^([0-9]{1,9}[dhms])+$ ]] || return 1
  while [[ $rest =~ ^([0-9]+)([dhms])(.*)$ ]]; do
    case ${BASH_REMATCH[2]} in
      d) unit=86400 ;;
      h) unit=3600 ;;
      m) unit=60 ;;
      s) unit=1 ;;
    esac
    total=$((total + 10#${BASH_REMATCH[1]} * unit))
    rest=${BASH_REMATCH[3]}
  done
  printf '%d' "$total"
}
