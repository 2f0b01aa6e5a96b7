# shellcheck shell=bash
# shellcheck disable=SC2154  # settings come from options.sh and validate.sh
# Takes the answer from the cluster and proves it before it is saved.

faults=()
fault() { faults+=("$1"); }

# fetch_certificate saves the answer: certificate with intermediates, and the CA.
fetch_certificate() {
  local field
  for field in certificate ca; do
    kube get "$kind" "$request" -o "jsonpath={.status.$field}" --request-timeout=30s \
      >"$stage/$field.b64" 2>"$stage/errors" ||
      refused "request $namespace/$request cannot be read" "$(one_line <"$stage/errors")"
    openssl base64 -d -A -in "$stage/$field.b64" -out "$stage/$field.pem" 2>/dev/null || : >"$stage/$field.pem"
  done
  [[ -z $ca_file ]] || cp -- "$ca_file" "$stage/ca.pem"
  normalise "$stage/certificate.pem" "$stage/new/$base.crt" ||
    die "$E_VERIFY" "the issuer called the request ready but gave no certificate" "look at the issuer's log, then run again"
  normalise "$stage/ca.pem" "$stage/new/ca.crt" ||
    die "$E_VERIFY" "the issuer gave no CA, so nothing can be verified" "name the CA to trust with --ca"
}

# normalise FROM TO keeps the certificates of a PEM file and drops all other text.
normalise() {
  openssl crl2pkcs7 -nocrl -certfile "$1" 2>/dev/null | openssl pkcs7 -print_certs 2>/dev/null |
    sed -n '/^-----BEGIN CERTIFICATE-----$/,/^-----END CERTIFICATE-----$/p' >"$2"
  [[ -s $2 ]]
}

# verify_certificate runs every check, so that one run shows all that is wrong.
verify_certificate() {
  leaf=$stage/leaf.pem
  openssl x509 -in "$stage/new/$base.crt" -out "$leaf"
  verify_key
  verify_names
  verify_ca
  if verify_chain "does not lead to the CA" -no_check_time; then
    verify_chain "is not for TLS servers" -no_check_time -purpose sslserver || true
    verify_chain "is not valid now (from $(field -startdate) until $(field -enddate))" || true
  fi
  ((${#faults[@]} == 0)) && return
  die "$E_VERIFY" "the certificate is wrong, nothing was saved: $(join '; ' "${faults[@]}")" \
    "check $issuer_kind/$issuer and the clocks, then run again"
}

# field OPTION prints one field of the certificate.
field() { openssl x509 -in "$leaf" -noout "$1" | sed 's/^[A-Za-z0-9 ]*=//'; }

verify_key() {
  local signed own
  signed=$(openssl x509 -in "$leaf" -noout -pubkey)
  own=$(openssl pkey -in "$stage/new/$base.key" -pubout)
  [[ $signed == "$own" ]] || fault "it is for another private key"
}

# verify_names wants every name and address in the SAN, word for word: a wildcard that
# happens to cover a host is not what was asked for.
verify_names() {
  local host address present
  present=$(openssl x509 -in "$leaf" -noout -ext subjectAltName 2>/dev/null | tr ',' '\n' | sed -n 's/^ *DNS://p')
  for host in "${dns[@]}"; do
    grep -qixF -- "$host" <<<"$present" || fault "the SAN lacks $host"
  done
  for address in "${ips[@]}"; do
    openssl x509 -in "$leaf" -noout -checkip "$address" | grep -q 'does match' || fault "the SAN lacks $address"
  done
}

# verify_ca keeps a server's own certificate from passing as its CA.
verify_ca() {
  openssl x509 -in "$stage/new/ca.crt" -noout -ext basicConstraints 2>/dev/null | grep -q 'CA:TRUE' ||
    fault "what the issuer gives as CA is not a CA certificate"
}

# verify_chain FAULT OPTION... checks the chain; the CAs of this machine do not count,
# and a CA below a root is good enough to be trusted.
verify_chain() {
  local what=$1 answer
  shift
  answer=$(SSL_CERT_DIR=$stage/none SSL_CERT_FILE=$stage/none/none openssl verify -partial_chain "$@" \
    -CAfile "$stage/new/ca.crt" -untrusted "$stage/new/$base.crt" "$leaf" 2>&1) && return
  fault "it $what: $(sed -n 's/^error [0-9]* at [0-9]* depth lookup: *//p' <<<"$answer" | head -n 1)"
  return 1
}

summary() {
  local key='ECDSA P-256'
  [[ $key_type == ecdsa ]] || key='RSA 3072'
  printf '%-9s %s\n' \
    certificate "$name" \
    names "$(join ', ' "${dns[@]}" "${ips[@]}")" \
    issuer "$issuer_kind/$issuer" \
    key "$key" \
    valid "$saved_validity" \
    sha256 "$saved_fingerprint" \
    files "$(join ' ' "${installed[@]}")"
}
