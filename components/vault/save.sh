# Logs in with the pod's own token and writes a snapshot of all servers to $FILE.
set -eu
VAULT_TOKEN="$(vault write -field=token auth/kubernetes/login role="$ROLE" jwt=@"$TOKEN")"
export VAULT_TOKEN
vault operator raft snapshot save "$FILE"
vault token revoke -self
