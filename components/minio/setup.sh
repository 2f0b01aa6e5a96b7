#!/bin/sh
# Makes buckets, policies and users of the object store what the files in PLAN say. It may run any
# number of times. It deletes neither buckets nor objects; users that are not in the plan are
# disabled. The image has a shell, the core utilities and mc, nothing else.
#
# ENDPOINT       https address of the store
# ROOT_USER, ROOT_PASSWORD
# REGION         of the buckets
# CA             file with the PEM of the authority behind ENDPOINT
# PLAN           folder: buckets (name and "versioned" or "plain" a line), users (a name a line),
#                BUCKET.lifecycle.json where a bucket has rules, USER.policy.json
# USERS          folder: one file for each user, with the secret key
set -eu

: "${ENDPOINT:?}" "${ROOT_USER:?}" "${ROOT_PASSWORD:?}" "${REGION:?}" "${CA:?}" "${PLAN:?}" "${USERS:?}"
: "${MC_CONFIG_DIR:=/tmp/mc}"
export MC_CONFIG_DIR
MC_HOST_store="https://$ROOT_USER:$ROOT_PASSWORD@${ENDPOINT#https://}"
export MC_HOST_store

mkdir -p "$MC_CONFIG_DIR/certs/CAs"
cp "$CA" "$MC_CONFIG_DIR/certs/CAs/ca.crt"

fail() {
	printf 'setup: %s\n' "$*" >&2
	exit 1
}

# flat prints what a command of mc says in JSON without blanks, whatever the layout.
flat() {
	flat_out=$(mc "$@" </dev/null) || return 1
	printf '%s' "$flat_out" | tr -d ' \n\t'
}

# set_versioning BUCKET KIND. A bucket that never kept versions is left as it is.
set_versioning() {
	if [ "$2" = versioned ]; then
		mc version enable "store/$1" </dev/null
		return
	fi
	state=$(flat version info --json "store/$1") || fail "versioning of $1 cannot be read"
	case $state in
	*'"Enabled"'*) mc version suspend "store/$1" </dev/null ;;
	esac
}

# set_lifecycle BUCKET replaces all rules of the bucket.
set_lifecycle() {
	if [ -e "$PLAN/$1.lifecycle.json" ]; then
		mc ilm rule import "store/$1" <"$PLAN/$1.lifecycle.json"
		return
	fi
	if rules=$(mc ilm rule export "store/$1" </dev/null 2>&1); then
		mc ilm rule rm --all --force "store/$1" </dev/null
		return
	fi
	case $rules in
	*'ifecycle configuration'*) ;; # there is none
	*) fail "rules of $1 cannot be read: $rules" ;;
	esac
}

# set_user NAME: its policy, its secret key, and no other policy.
set_user() {
	mc admin policy create store "$1" "$PLAN/$1.policy.json" </dev/null
	[ -s "$USERS/$1" ] || fail "user $1 has no secret key in $USERS"
	# The keys go through the standard input: every process of a node can read arguments.
	{ printf '%s\n' "$1"; cat "$USERS/$1"; echo; } | mc admin user add store
	info=$(flat admin user info --json store "$1") || fail "user $1 cannot be read"
	held=${info#*'"policyName":"'}
	if [ "$held" = "$info" ]; then
		held=
	fi
	held=${held%%'"'*}
	attached=
	for policy in $(printf '%s' "$held" | tr ',' ' '); do
		if [ "$policy" = "$1" ]; then
			attached=yes
		else
			mc admin policy detach store "$policy" --user "$1" </dev/null
		fi
	done
	if [ -z "$attached" ]; then
		mc admin policy attach store "$1" --user "$1" </dev/null
	fi
}

# disable_others: who left the plan loses access, and gets it back by returning to it.
disable_others() {
	list=$(flat admin user list --json store) || fail "users cannot be listed"
	for field in $(printf '%s' "$list" | tr '{},' '   '); do
		case $field in
		'"accessKey":"'*)
			name=${field#'"accessKey":"'}
			name=${name%'"'}
			case $known in
			*" $name "*) ;;
			*) mc admin user disable store "$name" </dev/null ;;
			esac
			;;
		esac
	done
}

mc ready store </dev/null

while read -r bucket kind <&3; do
	mc mb --ignore-existing --region "$REGION" "store/$bucket" </dev/null
	set_versioning "$bucket" "$kind"
	set_lifecycle "$bucket"
done 3<"$PLAN/buckets"

known=' '
while read -r name <&3; do
	set_user "$name"
	known="$known$name "
done 3<"$PLAN/users"

disable_others
