# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154  # settings come from options.sh and validate.sh
# The staging folder and the move into place.

stage=''
made_out=0

# open_stage makes the folder everything is built in. It lies inside --out, so that the
# final move is a rename, and its fixed name keeps two runs for one certificate apart.
open_stage() {
  if [[ ! -d $out ]]; then
    mkdir -m 0755 -- "$out" || die "$E_WRITE" "the folder $out could not be made" "make it by hand, or choose another --out"
    made_out=1
  fi
  out=$(cd -- "$out" && pwd -P)
  [[ ! -e $out/.$base.new ]] ||
    die "$E_USAGE" "another run is at work on $base in $out" \
      "wait for it; if there is none, a run was killed: delete the folder $out/.$base.new"
  mkdir -- "$out/.$base.new" ||
    die "$E_WRITE" "the folder $out/.$base.new could not be made" "check space and permissions in $out"
  stage=$out/.$base.new
  mkdir -- "$stage/new" "$stage/old" "$stage/none"
}

# discard_stage EXIT_CODE removes the staging folder, and after a failure the output
# folder too if this run made it.
discard_stage() {
  [[ -z $stage ]] || rm -rf -- "$stage"
  if (($1 != 0 && made_out)); then rmdir -- "$out" 2>/dev/null; fi
}

# install_files moves the verified files into place: all of them or none.
install_files() {
  local file
  add_fullchain
  compare_ca
  saved_validity="$(field -startdate) until $(field -enddate)"
  saved_fingerprint=$(openssl x509 -in "$leaf" -noout -fingerprint -sha256 | cut -d= -f2)
  installed=()
  # A handful of renames: a signal waits for them.
  trap '' HUP INT TERM
  for file in "$base.key" "$base.crt" "$base.fullchain.crt" ca.crt; do
    [[ ! -e $out/$file ]] || cp -p -- "$out/$file" "$stage/old/$file" || put_back "a copy of $file could not be kept"
  done
  for file in "$base.key" "$base.crt" "$base.fullchain.crt" ca.crt; do
    if [[ -e $stage/new/$file ]]; then
      mv -f -- "$stage/new/$file" "$out/$file" || put_back "$file could not be moved to $out"
      installed+=("$out/$file")
    else
      rm -f -- "$out/$file" || put_back "the old $file could not be removed"
    fi
  done
}

# add_fullchain builds the file for servers that want the CA in the chain as well.
add_fullchain() {
  chmod 0644 -- "$stage/new/$base.crt" "$stage/new/ca.crt"
  [[ $(<"$stage/new/$base.crt") == *"$(<"$stage/new/ca.crt")"* ]] && return
  cat -- "$stage/new/$base.crt" "$stage/new/ca.crt" >"$stage/new/$base.fullchain.crt"
  chmod 0644 -- "$stage/new/$base.fullchain.crt"
}

# compare_ca: ca.crt serves every certificate in the folder, so another CA would break them.
compare_ca() {
  local old=$out/ca.crt
  [[ -e $old ]] && ((!force)) || return 0
  cmp -s -- "$old" "$stage/new/ca.crt" && return
  normalise "$old" "$stage/old-ca" && cmp -s -- "$stage/old-ca" "$stage/new/ca.crt" && return
  die "$E_VERIFY" "$old holds another CA than the one that signed" \
    "take another --out, or --force if the CA has changed"
}

# put_back WHAT restores the files as they were before install_files and ends the run.
put_back() {
  local file
  for file in "$base.key" "$base.crt" "$base.fullchain.crt" ca.crt; do
    if [[ -e $stage/old/$file ]]; then
      cp -p -- "$stage/old/$file" "$out/$file" ||
        say "warning: $out/$file could not be restored from the earlier run"
    else
      rm -f -- "$out/$file"
    fi
  done
  die "$E_WRITE" "the certificate is good but was not saved: $1" \
    "check space and permissions in $out; files of an earlier run are as they were"
}
