#!/usr/bin/env bash
# From nothing to the first output: bench/start.sh ROUNDS PROGRAM [EXPORT]
#
# Starts a program of much code (a WASI command, or a reactor of which an export without parameters is called) in quicwasm and in Node.js, in turns,
# and prints the medians of the time until the process has written its first byte: quicwasm without and with a cache of compiled code, and Node.js.
# For example quickjs.wasm of the npm package quickjs-wasi, with the export qjs_init.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
quicwasm="$root/src/QuicWasm.Cli/bin/Release/net10.0/QuicWasm.Cli"
rounds=$1 program=$2 export=${3:-}
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

first_byte() { # milliseconds until a command has written something
  local from=$EPOCHREALTIME to
  exec 3< <("$@" 2> "$work/errors")
  IFS= read -r -n 1 -u 3 _ || { cat "$work/errors" >&2; exit 1; }
  to=$EPOCHREALTIME
  cat <&3 > /dev/null
  exec 3<&-
  awk -v a="$from" -v b="$to" 'BEGIN { print 1000 * (b - a) }'
}
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

invoke=() named=()
[ -z "$export" ] || { invoke=(--invoke "$export"); named=("$export"); }
for ((round = 0; round < rounds; round++)); do
  first_byte "$quicwasm" run --unknown-imports trap "${invoke[@]}" "$program" >> "$work/plain"
  first_byte "$quicwasm" run --unknown-imports trap --cache-dir "$work/cache" "${invoke[@]}" "$program" >> "$work/cached"
  first_byte node --no-warnings "$root/bench/start.mjs" "$program" "${named[@]}" >> "$work/node"
done
p=$(median < "$work/plain") c=$(median < "$work/cached") n=$(median < "$work/node")
awk -v p="$p" -v c="$c" -v n="$n" -v f="$(basename "$program")" -v b="$(wc -c < "$program")" \
  'BEGIN { printf "%s (%.2f MiB): first output after %.0f ms, with a cache %.0f ms, in Node.js %.0f ms: %.2f and %.2f of its time\n", f, b / 1048576, p, c, n, p / n, c / n }'
