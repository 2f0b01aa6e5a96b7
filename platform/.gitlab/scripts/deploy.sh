#!/bin/sh
# Names the image that this pipeline built in the repository of desired state: changes
# exactly one line, the newTag of the service's image, and pushes. Others may push at
# the same time, so a refused push starts again from what is there then. The token goes
# to git by an askpass program: it is in no URL, no argument and no file.
set -eu
# shellcheck source=platform/.gitlab/scripts/lib.sh
. "$(dirname "$0")/lib.sh"

need_service
file=${IAC_FILE:-services/$SERVICE_NAME/kustomization.yaml}
image=$IMAGE_PREFIX/$SERVICE_NAME
tag=$CI_COMMIT_SHORT_SHA
export GIT_TERMINAL_PROMPT=0
case $IAC_REPOSITORY in
  *://*@*) die "IAC_REPOSITORY holds a login, which would be printed" "put the token in IAC_TOKEN" ;;
  https://*) [ -n "${IAC_TOKEN:-}" ] || die "IAC_TOKEN is empty: nobody may push to $IAC_REPOSITORY" \
    "add it to the CI/CD variables, masked and protected: a project access token with write_repository" ;;
esac
[ ! -f "${CA_FILE:-}" ] || export GIT_SSL_CAINFO="$CA_FILE"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
# shellcheck disable=SC2016 # expanded when git asks, from the environment
printf '#!/bin/sh\ncase $1 in Username*) echo "${IAC_USER:-oauth2}" ;; *) echo "$IAC_TOKEN" ;; esac\n' >"$work/askpass"
chmod 700 "$work/askpass"
export GIT_ASKPASS="$work/askpass"

git clone --quiet --depth 1 --branch "$IAC_BRANCH" "$IAC_REPOSITORY" "$work/iac"
cd "$work/iac"
git config user.name "${GITLAB_USER_NAME:-platform pipeline}"
git config user.email "${GITLAB_USER_EMAIL:-platform@$CI_SERVER_HOST}"

# set_tag FILE writes FILE with the tag below the entry `- name: <image>` of `images:`.
# Quoted: a tag of digits only, or 1e5, must stay a string.
set_tag() {
  awk -v name="$image" -v tag="$tag" '
    /^[^ #-]/ { images = /^images:/ }
    images && /^ *- name:/ { entry = ($3 == name) }
    entry && /^ *newTag:/ { sub(/newTag:.*/, "newTag: \"" tag "\""); found++ }
    { print }
    END { exit found != 1 }' "$1"
}

try=1
while :; do
  [ -f "$file" ] || die "$file is not in $IAC_REPOSITORY" \
    "copy $SERVICE_PATH/deploy there first (docs/howto-pipeline.md)"
  set_tag "$file" >"$work/new" || die "$file does not name $image with one newTag" \
    "write under images: an entry '- name: $image' with 'newTag:' on a line below"
  if cmp -s "$work/new" "$file"; then
    echo "$image:$tag is deployed already"
    exit 0
  fi
  cat "$work/new" >"$file"
  [ "$(git diff --numstat)" = "1	1	$file" ] || die "more than one line of $file would change" \
    "look at: git diff"
  git commit --quiet -m "$SERVICE_NAME: deploy $tag" -m "$CI_PROJECT_URL/-/commit/$CI_COMMIT_SHA" -- "$file"
  if git push --quiet origin "HEAD:$IAC_BRANCH"; then
    echo "$image:$tag named in $file"
    exit 0
  fi
  [ "$try" -lt "${DEPLOY_TRIES:-8}" ] || die "the push was refused $try times" \
    "see the messages above; if the branch is protected, let the token's role push"
  try=$((try + 1))
  echo "the push was refused: trying again on what is there now"
  sleep "$((try % 3))"
  git fetch --quiet --depth 1 origin "$IAC_BRANCH"
  git reset --quiet --hard FETCH_HEAD
done
