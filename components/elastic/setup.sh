#!/bin/sh
# Makes the life cycles and the templates of the indices what the files in PLAN say. It may run any
# number of times, and touches no index: the templates are for those of the days to come. The image has
# a shell, the core utilities and curl.
#
# ENDPOINT       https address of Elasticsearch, without a final slash
# CA             file with the PEM of the authority behind ENDPOINT
# LOGIN          folder: files username and password
# PLAN           folder: NAME.policy.json, NAME.template.json
# ATTEMPTS       how often to ask whether the login is known, PAUSE seconds apart: a user's Secret
#                reaches the servers minutes after it was made
set -eu

: "${ENDPOINT:?}" "${CA:?}" "${LOGIN:?}" "${PLAN:?}" "${ATTEMPTS:=60}" "${PAUSE:=5}"

fail() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

for key in username password; do
	[ -s "$LOGIN/$key" ] || fail "no $key in $LOGIN"
done

# call METHOD PATH [FILE] prints the answer, its status in a last line. The login goes through the
# standard input: every process of a node can read arguments. In the form that curl reads there, a
# backslash and a quotation mark are written with a backslash.
call() {
	call_login=$(printf '%s:%s' "$(cat "$LOGIN/username")" "$(cat "$LOGIN/password")" | sed 's/[\\"]/\\&/g')
	if [ $# -gt 2 ]; then
		set -- "$1" "$2" --header 'Content-Type: application/json' --data-binary "@$3"
	fi
	call_method=$1
	call_path=$2
	shift 2
	printf 'user = "%s"\n' "$call_login" |
		curl --config - --silent --show-error --cacert "$CA" --max-time 60 --request "$call_method" \
			--write-out '\n%{http_code}' "$@" "$ENDPOINT$call_path"
}

# put PATH FILE fails unless the answer is a success; what the server says of it is shown.
put() {
	answer=$(call PUT "$1" "$2") || fail "$1: no answer"
	case ${answer##*"
"} in
	2??) printf 'setup: wrote %s\n' "$1" ;;
	*) fail "$1: $answer" ;;
	esac
}

attempt=1
until answer=$(call GET /_security/_authenticate) && [ "${answer##*"
"}" = 200 ]; do
	[ "$attempt" -lt "$ATTEMPTS" ] || fail "login is not accepted after $attempt attempts: $answer"
	attempt=$((attempt + 1))
	sleep "$PAUSE"
done

for kind in policy template; do
	case $kind in
	policy) path=/_ilm/policy ;;
	template) path=/_index_template ;;
	esac
	for file in "$PLAN"/*."$kind.json"; do
		[ -e "$file" ] || fail "no $kind in $PLAN"
		name=${file##*/}
		put "$path/${name%".$kind.json"}" "$file"
	done
done
