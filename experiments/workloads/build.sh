#!/usr/bin/env bash
# Builds every workload's .wasm beside its sources. They are committed: only who changes a source needs this, with
# clang 14, lld, wasi-libc and the compiler's wasm32 builtins (Debian 12), and node for the last step of the pair.
#   build.sh           builds them
#   build.sh --check   builds them elsewhere and says which committed ones differ
set -euo pipefail
cd "$(dirname "$0")"

usage() { echo "usage: build.sh [--check]" >&2; exit 2; }
check=false
case "${1-}" in
  "") ;;
  --check) check=true ;;
  *) usage ;;
esac

source common/toolchain.sh
require_toolchain
command -v node > /dev/null || { echo "build.sh: node is missing; install the package nodejs" >&2; exit 3; }

output=.
temporary=$(mktemp -d)
trap 'rm -rf "$temporary"' EXIT
if $check; then
  output=$temporary
fi

compile() { # output, then sources and more flags
  local target=$1
  shift
  mkdir -p "$(dirname "$target")"
  clang "${WASM_FLAGS[@]}" -Wall -Wextra -Werror -Wno-unused-function -Wno-missing-field-initializers -o "$target" "$@"
}

compile "$output/kv/kv.wasm" kv/kv.c
compile "$output/compress/compress.wasm" compress/compress.c
compile "$output/recurse/recurse.wasm" recurse/recurse.c -Wl,-z,stack-size=1048576
compile "$output/files/files.wasm" files/files.c
compile "$output/sleeper/sleeper.wasm" sleeper/sleeper.c

# The library's slots come first, so that they take the first places in its table; see pair-library.h for the layout.
compile "$output/pair/pair-library.wasm" pair/library-slots.c pair/pair-library.c pair/library-globals.s -nostdlib \
  -Wl,--no-entry,--export-table,--growable-table,--initial-memory=4194304 \
  -Wl,--export=pair_rules,--export=pair_shared_grid,--export=pair_changed,--export=pair_bias
compile "$temporary/pair-main.linked" pair/pair-main.c pair/main-globals.s \
  -Wl,--import-memory,--import-table,--growable-table,--global-base=1048576
node pair/link.mjs "$temporary/pair-main.linked" "$output/pair/pair-main.wasm"

different=0
for wasm in kv/kv.wasm compress/compress.wasm recurse/recurse.wasm files/files.wasm sleeper/sleeper.wasm pair/pair-library.wasm pair/pair-main.wasm; do
  if $check && ! cmp -s "$output/$wasm" "$wasm"; then
    echo "$wasm differs from what its sources give with $(clang --version | head -1)" >&2
    different=1
  fi
done
exit $different
