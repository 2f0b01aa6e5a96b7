# Puts $FILE into the bucket under the time it was made at.
set -eu
mkdir -p "$MC_CONFIG_DIR/certs/CAs"
cp "$CA" "$MC_CONFIG_DIR/certs/CAs/store.crt"
# In the environment of this shell, not among the arguments that every process can read.
MC_HOST_store="https://$(cat "$ACCESS_KEY"):$(cat "$SECRET_KEY")@${ENDPOINT#https://}"
export MC_HOST_store
mc cp --quiet "$FILE" "store/$BUCKET/vault-$(date -u +%Y%m%dT%H%M%SZ).snap"
