#!/usr/bin/env bash
# Puts libngtcp2 and its GnuTLS helper into a folder, without root and without installing anything: quic:ngtcp2 looks there first.
# The packages are those of this machine's own distribution, checked by apt against its signed lists. Usage: quic-libraries.sh FOLDER
# Does nothing where the system has the libraries, or is no Debian; when they cannot be had it says so and ends well: quic then is missing.
set -uo pipefail
folder=$1
found() { compgen -G "$1/libngtcp2_crypto_gnutls.so.*" >/dev/null; }

found "$folder" && exit 0
/sbin/ldconfig -p 2>/dev/null | grep -q 'libngtcp2_crypto_gnutls\.so\.' && exit 0
if ! command -v apt-get >/dev/null || ! command -v dpkg-deb >/dev/null; then
  echo "quic:ngtcp2: this is no Debian or Ubuntu; install libngtcp2 and its GnuTLS helper to use it"
  exit 0
fi

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
own_lists=(-o Dir::State::lists="$work/lists" -o Dir::Cache="$work/cache")

# Debian 12 and Ubuntu 24.04 first; later ones have the second pair.
download() { # options of apt-get
  local pair
  for pair in "libngtcp2-9 libngtcp2-crypto-gnutls2" "libngtcp2-16 libngtcp2-crypto-gnutls8"; do
    # shellcheck disable=SC2086 # two words
    (cd "$work" && timeout 60 apt-get -q "$@" download $pair) >"$work/log" 2>&1 && return 0
  done
  return 1
}

# The lists that the system has; where it has none, lists of our own.
if ! download && ! { timeout 120 apt-get -q "${own_lists[@]}" update >"$work/log" 2>&1 && download "${own_lists[@]}"; }; then
  echo "quic:ngtcp2: libngtcp2 could not be downloaded ($(tail -n 1 "$work/log"))"
  exit 0
fi

for package in "$work"/*.deb; do
  dpkg-deb -x "$package" "$work/tree" || exit 1
done

mkdir -p "$folder"
find "$work/tree" -name 'libngtcp2*.so.*' -exec cp -P {} "$folder/" \;
found "$folder" && echo "quic:ngtcp2: libngtcp2 is in $folder"
