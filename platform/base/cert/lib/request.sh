# shellcheck shell=bash
# shellcheck disable=SC2154  # settings come from options.sh and validate.sh
# Key, CSR and the CertificateRequest: everything that talks to the cluster.

request=''   # name of the CertificateRequest that may exist, for tidy
watch_pid='' # kubectl that watches it
verdict=''   # what the watch showed: issued, denied, failed, deleted, or nothing yet
kind=certificaterequests.cert-manager.io

# kube runs kubectl with the caller's cluster and namespace.
kube() { kubectl "${kube_flags[@]}" "$@"; }

# one_line joins an error text and drops klog lines, which only repeat it.
one_line() { sed '/^[EIW][0-9]\{4\} /d' | tr -s '\n' ' ' | sed 's/ *$//'; }

# refused WHAT STDERR_TEXT ends the run with the way out that fits kubectl's answer.
refused() {
  local hint
  case $2 in
    *"doesn't have a resource type"* | *'no matches for kind'*)
      hint="install cert-manager, or point --kubeconfig or --context at the cluster that has it" ;;
    *'admission webhook'* | *'(Invalid)'* | *'(BadRequest)'*) hint="change what the message names, then run again" ;;
    *'(Forbidden)'*)
      hint="ask for create, get, watch and delete on $kind in namespace $namespace" ;;
    *'namespaces "'*'not found'*) hint="make the namespace, or name another one with --namespace" ;;
    *'(NotFound)'*)
      hint="see \`kubectl get ${issuer_kind,,}.$issuer_group --namespace $namespace\`, then name one with --issuer and --issuer-kind" ;;
    *'failed calling webhook'*) hint="wait until cert-manager's webhook is ready, then run again" ;;
    *Unauthorized*) hint="renew the credentials in the kubeconfig" ;;
    *) hint="check that the API server is up and that --kubeconfig and --context are right" ;;
  esac
  die "$E_REFUSED" "$1: ${2:-kubectl gave no reason}" "$hint"
}

# require_issuer finds a wrong name at once: cert-manager would keep such a request
# pending until the timeout. Whoever may not read issuers skips the check.
require_issuer() {
  local answer
  answer=$(kube get "${issuer_kind,,}.$issuer_group" "$issuer" -o name --request-timeout=30s 2>&1) && return
  [[ $answer == *'(Forbidden)'* ]] && return
  refused "issuer $issuer_kind/$issuer cannot be used" "$(one_line <<<"$answer")"
}

make_key() {
  local algorithm=(-algorithm EC -pkeyopt ec_paramgen_curve:P-256 -pkeyopt ec_param_enc:named_curve)
  [[ $key_type == ecdsa ]] || algorithm=(-algorithm RSA -pkeyopt rsa_keygen_bits:3072)
  openssl genpkey "${algorithm[@]}" -out "$stage/new/$base.key" 2>"$stage/errors" ||
    die "$E_WRITE" "openssl could not make a $key_type key: $(one_line <"$stage/errors")" "check the free space in $out"
}

# make_csr writes a CSR whose only extension is the SAN: cert-manager refuses a CSR
# with key usages that differ from the request's.
make_csr() {
  local i subject=/
  # A common name holds 64 characters; longer names live in the SAN only.
  ((${#name} > 64)) || subject=/CN=$name
  {
    printf '[req]\ndistinguished_name = subject\nreq_extensions = extensions\n[subject]\n'
    printf '[extensions]\nsubjectAltName = @names\n[names]\n'
    for i in "${!dns[@]}"; do printf 'DNS.%d = %s\n' "$i" "${dns[i]}"; done
    for i in "${!ips[@]}"; do printf 'IP.%d = %s\n' "$i" "${ips[i]}"; done
  } >"$stage/csr.cnf"
  openssl req -new -sha256 -config "$stage/csr.cnf" -subj "$subject" -key "$stage/new/$base.key" \
    -out "$stage/csr.pem" 2>"$stage/errors" ||
    die "$E_WRITE" "openssl could not make the CSR: $(one_line <"$stage/errors")" "check the free space in $out"
}

# create_request sends the CSR. The name is new in each run (a request's spec cannot be
# changed) and chosen here, so that it can be deleted even when the answer is lost.
create_request() {
  local prefix=${base:0:200} answer
  request=${prefix%%[.-]}-$(openssl rand -hex 4)
  answer=$(manifest | kube create -f - -o name --request-timeout=30s 2>&1) && return
  # The server said no: there is nothing to delete. Any other failure may have come too late.
  if [[ $answer == *'Error from server'* && $answer != *'(Timeout)'* ]]; then request=''; fi
  refused "the request was not accepted" "$(one_line <<<"$answer")"
}

# manifest prints the CertificateRequest.
manifest() {
  cat <<YAML
apiVersion: cert-manager.io/v1
kind: CertificateRequest
metadata:
  name: $request
  namespace: $namespace
spec:
  request: $(openssl base64 -A -in "$stage/csr.pem")
  duration: ${duration_s}s
  isCA: false
  usages: [digital signature, key encipherment, server auth]
  issuerRef: {name: "$issuer", kind: "$issuer_kind", group: "$issuer_group"}
YAML
}

# await_request follows the request's conditions through a watch, so that a refusal is
# seen at once. A watch that breaks is opened again until the time is up.
await_request() {
  local deadline=$((SECONDS + timeout_s)) error
  say "waiting up to $timeout for $issuer_kind/$issuer to sign $namespace/$request"
  while ((SECONDS < deadline)); do
    open_watch
    read_watch "$deadline"
    stop_watch
    error=$(one_line <"$stage/watch.err")
    [[ $error != *'(NotFound)'* ]] || verdict=deleted
    case $verdict in
      issued) return ;;
      denied) die "$E_REFUSED" "the request was denied: $(conditions)" "ask whoever approves certificates in this cluster" ;;
      failed) die "$E_REFUSED" "the issuer refused: $(conditions)" "correct what the message names, then run again" ;;
      deleted) die "$E_REFUSED" "request $namespace/$request was deleted while it waited" "find out who deletes requests there, then run again" ;;
    esac
    if [[ $error =~ \((Forbidden|Unauthorized)\) ]]; then
      refused "request $namespace/$request cannot be followed" "$error"
    fi
    # A lost connection comes back at once or after the API server's restart.
    ((SECONDS >= deadline)) || sleep 1
  done
  die "$E_TIMEOUT" "no certificate within $timeout: $(conditions)" \
    "see that cert-manager runs and \`kubectl describe ${issuer_kind,,}.$issuer_group $issuer\` says Ready, or raise --timeout"
}

# open_watch starts kubectl; each line is EVENT;READY;REASON;DENIED;INVALID.
open_watch() {
  local of='.object.status.conditions[?(@.type==' line
  line="{.type};{$of\"Ready\")].status};{$of\"Ready\")].reason};{$of\"Denied\")].status};{$of\"InvalidRequest\")].status}"
  exec {watch_fd}< <(exec kubectl "${kube_flags[@]}" get "$kind" "$request" --watch --output-watch-events \
    -o "jsonpath=$line{\"\\n\"}" 2>"$stage/watch.err")
  watch_pid=$!
}

# read_watch DEADLINE sets verdict, which stays empty when the watch or the time ends.
# It must not run in a subshell: a signal would have to wait for that.
read_watch() {
  local event ready reason denied invalid
  verdict=''
  while [[ -z $verdict ]] && IFS=';' read -r -u "$watch_fd" -t $(($1 > SECONDS ? $1 - SECONDS : 1)) \
    event ready reason denied invalid; do
    if [[ $event == DELETED ]]; then
      verdict=deleted
    elif [[ $ready == True ]]; then
      verdict=issued
    elif [[ $denied == True || $reason == Denied ]]; then
      verdict=denied
    elif [[ $invalid == True || $reason == Failed ]]; then
      verdict=failed
    fi
  done
}

stop_watch() {
  [[ -n $watch_pid ]] || return 0
  kill "$watch_pid" 2>/dev/null || true
  wait "$watch_pid" 2>/dev/null || true
  exec {watch_fd}<&-
  watch_pid=''
}

# conditions prints what the request says about itself, on one line.
conditions() {
  local text
  text=$(kube get "$kind" "$request" --request-timeout=10s -o \
    'jsonpath={range .status.conditions[*]}{.type}={.status} ({.reason}) {.message}; {end}' 2>&1 | one_line)
  text=${text%;}
  printf '%s' "${text:-the request has no conditions yet}"
}

# delete_request removes the request, which is of no use after the run.
delete_request() {
  local answer
  [[ -n $request ]] && ((!keep_request)) || return 0
  if ! answer=$(kube delete "$kind" "$request" --ignore-not-found --wait=false --request-timeout=10s 2>&1); then
    say "warning: request $namespace/$request may be left over: $(one_line <<<"$answer")"
  fi
  request=''
}
