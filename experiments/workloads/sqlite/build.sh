#!/usr/bin/env bash
# Builds sqlite.wasm: SQLite from the distribution's source package, with main.c. Neither is kept in the repository.
# Everything goes to $QUICWASM_CACHE/sqlite, by default .cache/sqlite at the repository's root; what is there is kept.
# Prints the path of sqlite.wasm. Exit code 3: something that it needs is missing, and the message says what.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cache=${QUICWASM_CACHE:-$here/../../../.cache}/sqlite
mkdir -p "$cache"
cache=$(cd "$cache" && pwd)

missing() { echo "sqlite/build.sh: $*" >&2; exit 3; }

# One build at a time: tests of several classes, and several processes, want it at once.
if command -v flock > /dev/null; then
  exec 9> "$cache/lock"
  flock 9
fi

source "$here/../common/toolchain.sh"
require_toolchain

# The configured package sources, with "deb-src" in place of "deb", in a list of our own: needs no root, changes nothing
# of the system, and apt checks signatures as ever.
private_apt() {
  apt-get -q -o Dir::Etc::SourceList="$cache/apt/sources.list" -o Dir::Etc::SourceParts="$cache/apt/sources.list.d" \
    -o Dir::State::Lists="$cache/apt/lists" -o Dir::Cache="$cache/apt/cache" -o APT::Sandbox::User="$(id -un)" "$@"
}

write_source_lists() {
  mkdir -p "$cache/apt/sources.list.d" "$cache/apt/lists/partial" "$cache/apt/cache/archives/partial"
  : > "$cache/apt/sources.list"
  local list
  for list in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [ ! -f "$list" ] || sed -n 's/^deb[[:space:]]/deb-src /p' "$list" >> "$cache/apt/sources.list"
  done
  for list in /etc/apt/sources.list.d/*.sources; do
    [ ! -f "$list" ] || sed 's/^Types:.*/Types: deb-src/' "$list" > "$cache/apt/sources.list.d/$(basename "$list")"
  done
}

download() {
  command -v apt-get > /dev/null || missing "apt-get is missing: the sources come from a Debian or Ubuntu source package"
  command -v dpkg-source > /dev/null || missing "dpkg-source is missing; install the package dpkg-dev"
  write_source_lists
  private_apt update > "$cache/apt/log" 2>&1 || missing "the package sources cannot be read; see $cache/apt/log"
  (cd "$cache" && private_apt source --download-only sqlite3) >> "$cache/apt/log" 2>&1 ||
    missing "the source package sqlite3 cannot be fetched; see $cache/apt/log"
  rm -rf "$cache/source"
  (cd "$cache" && dpkg-source --no-check -x sqlite3_*.dsc source) >> "$cache/apt/log"  # apt has checked the signature
  rm -rf "$cache/apt/lists" "$cache/apt/cache"
}

install_tcl_if_root() {
  command -v tclsh > /dev/null && return
  if [ "$(id -u)" = 0 ]; then
    apt-get -q -y install tcl > "$cache/apt/log" 2>&1 || missing "the package tcl cannot be installed; see $cache/apt/log"
  else
    missing "tclsh is missing; install the package tcl"
  fi
}

amalgamate() {
  install_tcl_if_root
  command -v make > /dev/null || missing "make is missing; install the package make"
  # The generators of the parser and of the keyword table are compiled for this machine.
  (cd "$cache/source" && CC=clang ./configure --disable-tcl --disable-readline && make sqlite3.c) > "$cache/amalgamation.log" 2>&1 ||
    missing "the amalgamation cannot be made; see $cache/amalgamation.log"
}

[ -f "$cache/source/VERSION" ] || download
[ -f "$cache/source/sqlite3.c" ] || amalgamate

if [ ! -f "$cache/sqlite3.o" ] || [ "$cache/source/sqlite3.c" -nt "$cache/sqlite3.o" ]; then
  clang "${WASM_FLAGS[@]}" -w -c -o "$cache/sqlite3.o.new" "$cache/source/sqlite3.c" \
    -DSQLITE_OS_OTHER=1 -DSQLITE_THREADSAFE=0 -DSQLITE_TEMP_STORE=3 -DSQLITE_OMIT_LOAD_EXTENSION -DSQLITE_OMIT_WAL \
    -DSQLITE_OMIT_SHARED_CACHE -DSQLITE_OMIT_DEPRECATED -DSQLITE_DEFAULT_MEMSTATUS=0 -DSQLITE_DQS=0 \
    -DSQLITE_OMIT_LOCALTIME -DNDEBUG
  mv "$cache/sqlite3.o.new" "$cache/sqlite3.o"
fi
clang "${WASM_FLAGS[@]}" -Wall -Wextra -Werror -Wno-unused-function -Wno-missing-field-initializers -I "$cache/source" \
  -Wl,-z,stack-size=1048576 -o "$cache/sqlite.wasm.new" "$here/main.c" "$cache/sqlite3.o"
chmod 644 "$cache/sqlite.wasm.new"
mv "$cache/sqlite.wasm.new" "$cache/sqlite.wasm"
echo "$cache/sqlite.wasm"
