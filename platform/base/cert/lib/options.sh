# shellcheck shell=bash
# shellcheck disable=SC2034  # the values are read by the other parts
# Command line and environment. A flag wins over its variable.

problems=()
problem() { problems+=("$1"); }

usage() {
  cat <<'TEXT'
Usage: script.sh --name FQDN [options]

Gets a TLS certificate from a cert-manager issuer. The private key is made here
and never leaves this machine; files appear only after the certificate is verified.

Options (the variable in brackets is used when the flag is absent):
  --name FQDN          main host name, also the base of the file names [CERT_NAME]
  --dns NAME           further host name in the SAN, repeatable
                       [CERT_DNS, separated by commas or spaces]
  --ip ADDRESS         IPv4 or IPv6 address in the SAN, repeatable
                       [CERT_IP, separated by commas or spaces]
  --namespace NAME     namespace of the CertificateRequest [CERT_NAMESPACE: default]
  --issuer NAME        issuer that signs [CERT_ISSUER: homelab-ca-issuer]
  --issuer-kind KIND   ClusterIssuer, Issuer, or an external kind
                       [CERT_ISSUER_KIND: ClusterIssuer]
  --issuer-group NAME  API group of the issuer [CERT_ISSUER_GROUP: cert-manager.io]
  --duration TIME      validity to ask for, 1h to 3650d, such as 90d or 2160h
                       [CERT_DURATION: 365d]
  --key-type TYPE      ecdsa (P-256) or rsa (3072 bit) [CERT_KEY_TYPE: ecdsa]
  --ca FILE            PEM file with the CA to trust; default is the CA that the
                       issuer itself publishes [CERT_CA]
  --out DIR            folder for the files; made when only its last part is
                       missing [CERT_OUT: current folder]
  --timeout TIME       longest wait for the issuer, 1s to 1h [CERT_TIMEOUT: 2m]
  --kubeconfig FILE    handed to kubectl [KUBECONFIG, as kubectl reads it]
  --context NAME       handed to kubectl [CERT_CONTEXT]
  --keep-request       leave the CertificateRequest in the cluster
  --force              replace files of an earlier run
  --help               this text

Files in DIR (`*.` in front of NAME becomes `wildcard.`):
  NAME.key             private key, mode 0600
  NAME.crt             certificate and intermediates, for servers
  NAME.fullchain.crt   the same and the CA, left out when NAME.crt ends in the CA
  ca.crt               CA, for clients

Exit codes:
  0 saved   2 bad input   3 missing tool   4 refused by the cluster or the issuer
  5 timeout   6 the certificate failed verification   7 files could not be written
  129, 130, 143 interrupted
TEXT
}

# parse_options fills the settings; every mistake is collected for validate_options.
parse_options() {
  local flag
  defaults
  while (($# > 0)); do
    flag=$1
    shift
    case ${flag%%=*} in
      -h | --help) usage && exit 0 ;;
      --force | --keep-request)
        if [[ $flag == *=* ]]; then problem "${flag%%=*}: takes no value"; fi
        if [[ $flag == --force ]]; then force=1; else keep_request=1; fi
        ;;
      --name | --dns | --ip | --namespace | --issuer | --issuer-kind | --issuer-group | \
        --duration | --key-type | --ca | --out | --timeout | --kubeconfig | --context)
        if [[ $flag == *=* ]]; then
          assign "${flag%%=*}" "${flag#*=}"
        elif (($# == 0)) || [[ $1 == --* ]]; then
          problem "$flag: needs a value"
        else
          assign "$flag" "$1"
          shift
        fi
        ;;
      *) problem "$flag: unknown option; script.sh --help lists them" ;;
    esac
  done
  ((${#dns[@]})) || IFS=', ' read -r -a dns <<<"${CERT_DNS-}"
  ((${#ips[@]})) || IFS=', ' read -r -a ips <<<"${CERT_IP-}"
}

defaults() {
  force=0 keep_request=0
  dns=() ips=()
  name=${CERT_NAME-}
  namespace=${CERT_NAMESPACE:-default}
  issuer=${CERT_ISSUER:-homelab-ca-issuer}
  issuer_kind=${CERT_ISSUER_KIND:-ClusterIssuer}
  issuer_group=${CERT_ISSUER_GROUP:-cert-manager.io}
  duration=${CERT_DURATION:-365d}
  key_type=${CERT_KEY_TYPE:-ecdsa}
  ca_file=${CERT_CA-}
  out=${CERT_OUT:-.}
  timeout=${CERT_TIMEOUT:-2m}
  kubeconfig=''
  context=${CERT_CONTEXT-}
}

# assign FLAG VALUE stores one setting.
assign() {
  case $1 in
    --dns) dns+=("$2") ;;
    --ip) ips+=("$2") ;;
    --name) name=$2 ;;
    --namespace) namespace=$2 ;;
    --issuer) issuer=$2 ;;
    --issuer-kind) issuer_kind=$2 ;;
    --issuer-group) issuer_group=$2 ;;
    --duration) duration=$2 ;;
    --key-type) key_type=$2 ;;
    --ca) ca_file=$2 ;;
    --out) out=$2 ;;
    --timeout) timeout=$2 ;;
    --kubeconfig) kubeconfig=$2 ;;
    --context) context=$2 ;;
  esac
}
