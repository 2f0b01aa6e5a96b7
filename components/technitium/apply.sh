#!/bin/sh
# Makes the zones of a Technitium DNS server equal to the zone files of a folder: creates missing
# zones, removes record sets that no file has, writes the rest, and sets the forwarders. Running it
# again changes nothing. Zones without a file are left alone.
#
# Environment: API            address of the console, e.g. http://technitium-console.dns:5380
#              PASSWORD_FILE  password of user admin, without a final newline
#              ZONES          folder of <zone>.zone files: one record a line, absolute names
#              FORWARDERS     comma-separated; PROTOCOL: Udp, Tcp, Tls or Https
#              RECURSION      who may ask for names outside the zones, as the server calls it
#              RETRIES        times to try again a server that does not answer, default 5
set -eu
tab=$(printf '\t')

die() {
	echo "zones: $*" >&2
	exit 1
}

# call PATH [CURL OPTION...]: one call, printing the answer. Errors come with status 200, too; a
# refusal ends the script with status 2, a server that does not answer with 1.
call() {
	path=$1
	shift
	answer=$(curl --silent --show-error --fail --max-time 60 --retry "${RETRIES:-5}" --retry-connrefused \
		--retry-delay 1 "$@" "$API/api/$path") || die "$path: no usable answer from $API"
	case $answer in
	*'"status":"ok"}') printf '%s\n' "$answer" ;;
	*)
		echo "zones: $path: the server refuses: $(message "$answer")" >&2
		exit 2
		;;
	esac
}

# message ANSWER: what the server gives as the reason.
message() {
	reason=$(printf '%s' "$1" | sed -n 's/.*"errorMessage":"\([^"]*\)".*/\1/p')
	printf '%s' "${reason:-no reason given}"
}

login() {
	answer=$(call user/login --data user=admin --data-urlencode "pass@$PASSWORD_FILE") || {
		[ $? -eq 1 ] || die "the server keeps the password of its first start: set it in the" \
			"console to the one in $PASSWORD_FILE"
		exit 1
	}
	token=$(printf '%s' "$answer" | sed -n 's/.*"token":"\([^"]*\)".*/\1/p')
	[ -n "$token" ] || die "user/login: the answer holds no token"
}

# create ZONE: unless it exists.
create() {
	listed=$(call zones/list --data "token=$token")
	case $listed in
	*"\"name\":\"$1\","*) return ;;
	esac
	call zones/create --data "token=$token" --data-urlencode "zone=$1" --data type=Primary >/dev/null
	echo "zones: created $1"
}

# records ZONE: name, type and data of every record of the zone, tab-separated, data as JSON.
records() {
	all=$(call zones/records/get --data "token=$token" --data-urlencode "zone=$1" \
		--data-urlencode "domain=$1" --data listZone=true)
	printf '%s\n' "$all" | sed 's/{"name":"/\
&/g' | sed -n "s/^{\"name\":\"\\([^\"]*\\)\",.*\"type\":\"\\([A-Z0-9]*\\)\",\"ttl\":.*\"rData\":{\\([^}]*\\)}.*/\\1$tab\\2$tab\\3/p"
}

# remove ZONE NAME TYPE DATA: the members of DATA are what the server wants to know of a record.
remove() {
	zone=$1 name=$2 type=$3 rest=$4
	case $rest in
	*\\*) die "$name $type cannot be removed from outside: remove it in the console" ;;
	esac
	set --
	while [ -n "$rest" ]; do
		pair=${rest%%,\"*}
		if [ "$pair" = "$rest" ]; then rest=; else rest=\"${rest#*,\"}; fi
		key=$(printf '%s' "${pair%%:*}" | tr -d '"')
		value=${pair#*:}
		value=${value#\"}
		set -- "$@" --data-urlencode "$key=${value%\"}"
	done
	call zones/records/delete --data "token=$token" --data-urlencode "zone=$zone" \
		--data-urlencode "domain=$name" --data "type=$type" "$@" >/dev/null
	echo "zones: removed $name $type"
}

# prune ZONE FILE: removes record sets that FILE does not have, before FILE is written: a name
# that turns from an address into an alias could not be written otherwise.
prune() {
	wanted=$(awk '{ sub(/\.$/, "", $1); print tolower($1) " " $4 }' "$2")
	found=$(records "$1")
	printf '%s\n' "$found" | while IFS=$tab read -r name type data; do
		case $type in
		'' | SOA | DNSKEY | RRSIG | NSEC | NSEC3 | NSEC3PARAM) continue ;; # the server's own
		esac
		printf '%s\n' "$wanted" | grep -qixF -- "$name $type" || remove "$1" "$name" "$type" "$data"
	done
}

login
for file in "$ZONES"/*.zone; do
	[ -f "$file" ] || die "$ZONES holds no zone file"
	zone=$(basename "$file" .zone)
	create "$zone"
	prune "$zone" "$file"
	call zones/import --data "token=$token" --data-urlencode "zone=$zone" --data overwrite=true \
		--data-urlencode "records@$file" >/dev/null
	echo "zones: wrote $zone"
done
call settings/set --data "token=$token" --data-urlencode "forwarders=$FORWARDERS" \
	--data-urlencode "forwarderProtocol=$PROTOCOL" --data-urlencode "recursion=$RECURSION" >/dev/null
call user/logout --data "token=$token" >/dev/null
echo "zones: done"
