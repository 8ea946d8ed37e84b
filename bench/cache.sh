#!/usr/bin/env bash
# What a cache of compiled code saves: bench/cache.sh ROUNDS PROGRAM [ARGUMENT...]
#
# Runs a WASI command in quicwasm without a cache, and with one that an earlier run has filled, in turns, and prints the medians of the time from start to
# end of the process, and of the CPU time. Short programs of much code gain most.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
quicwasm="$root/src/QuicWasm.Cli/bin/Release/net10.0/QuicWasm.Cli"
rounds=$1
shift
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
TIMEFORMAT='%R %U %S'

timed() { # file, command...
  local file=$1
  shift
  { time "$@" > /dev/null 2> "$work/errors"; } 2>> "$file" || { cat "$work/errors" >&2; exit 1; }
}
median() { awk "$1" | sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

for fill in 1 2; do "$quicwasm" run --cache-dir "$work/cache" "$@" > /dev/null; done
for ((round = 0; round < rounds; round++)); do
  timed "$work/plain" "$quicwasm" run "$@"
  timed "$work/cached" "$quicwasm" run --cache-dir "$work/cache" "$@"
done
for kind in plain cached; do
  awk -v k="$kind" -v r="$(median '{ print $1 }' < "$work/$kind")" -v c="$(median '{ print $2 + $3 }' < "$work/$kind")" \
    'BEGIN { printf "%-7s %7.0f ms, %7.0f ms of CPU\n", k, 1000 * r, 1000 * c }'
done
du -bc "$work/cache"/*.qwcode | tail -1 | awk '{ printf "the cache holds %.2f MiB\n", $1 / 1048576 }'
