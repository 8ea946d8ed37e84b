#!/usr/bin/env bash
# Engines side by side: bench/engines.sh ROUNDS PROGRAM...
#
# Runs each program (a WASI command whose last line of output is a number) in quicwasm, in quicwasm without safe points, and in Node.js, in turns, and
# prints medians: of iterations/s where the name begins with coremark, else of seconds as the program itself measured them. The ratio to Node.js is the
# median of the rounds' ratios. Safe points are dearer by so much in the best round of each: what else a machine does only ever slows a program, here by
# up to two thirds in every fourth run, and the price looked for is a few percent. Every other round runs in the opposite order.
# The programs are not part of the project:
#   CoreMark:    -O3, wasm32-wasi, run with the arguments 0 0 0x66 ITERATIONS 7 1 2000
#   PolyBench/C: clang --target=wasm32-wasi -O3 -DLARGE_DATASET -DPOLYBENCH_TIME
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
quicwasm="$root/src/QuicWasm.Cli/bin/Release/net10.0/QuicWasm.Cli.dll"
rounds=$1
shift

arguments() { [[ "$1" == coremark* ]] && echo "0 0 0x66 ${COREMARK_ITERATIONS:-250000} 7 1 2000" || true; }
figure() { if [[ "$1" == coremark* ]]; then awk '/Iterations\/Sec/ { print $3 }'; else tail -1; fi; }
run() { # mode, program, its name
  # shellcheck disable=SC2046
  if [ "$1" = node ]; then
    node --no-warnings --no-turbo-fast-api-calls "$root/experiments/workloads/node-run.mjs" "$2" $(arguments "$3")
  else
    dotnet "$quicwasm" run --engine "$1" "$2" $(arguments "$3")
  fi 2>/dev/null | figure "$3"
}
median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

table="$(mktemp)"
trap 'rm -f "$table"' EXIT
printf '%-18s %12s %12s %12s %10s %12s\n' program quicwasm unfreezable node "to node" "safe points"
for program in "$@"; do
  name="$(basename "$program" .wasm)"
  rm -rf "${TMPDIR:-/tmp}/engines.$$" && mkdir "${TMPDIR:-/tmp}/engines.$$" && cd "${TMPDIR:-/tmp}/engines.$$"
  for ((round = 0; round < rounds; round++)); do
    modes=(tiered unfreezable node)
    ((round % 2 == 0)) || modes=(node unfreezable tiered)
    for mode in "${modes[@]}"; do run "$mode" "$program" "$name" >> "$mode"; done
  done
  q=$(median < tiered) u=$(median < unfreezable) n=$(median < node)
  toNode=$(paste tiered node | awk '{ print $1 / $2 }' | median)
  if [[ "$name" == coremark* ]]; then
    points=$(awk -v q="$(sort -g tiered | tail -1)" -v u="$(sort -g unfreezable | tail -1)" 'BEGIN { print 100 * (u / q - 1) }')
    awk -v p="$name" -v q="$q" -v u="$u" -v n="$n" -v r="$toNode" -v s="$points" 'BEGIN { printf "%-18s %10.0f/s %10.0f/s %10.0f/s %10.2f %11.1f%%\n", p, q, u, n, r, s }'
  else
    points=$(awk -v q="$(sort -g tiered | head -1)" -v u="$(sort -g unfreezable | head -1)" 'BEGIN { print 100 * (q / u - 1) }')
    awk -v p="$name" -v q="$q" -v u="$u" -v n="$n" -v r="$toNode" -v s="$points" 'BEGIN { printf "%-18s %11.3fs %11.3fs %11.3fs %10.2f %11.1f%%\n", p, q, u, n, r, s }'
  fi
  cd "$root"
  rm -rf "${TMPDIR:-/tmp}/engines.$$"
done | tee "$table"
awk '$1 !~ /^coremark/ { s += log($5); o += log(1 + $6 / 100); if ($5 > m) m = $5; if ($6 + 0 > w) w = $6 + 0; c++ }
  END { if (c) printf "geometric mean of %d: %.2f of Node.js (worst %.2f), safe points %.1f%% (worst %.1f%%)\n", c, exp(s / c), m, 100 * (exp(o / c) - 1), w }' "$table"
