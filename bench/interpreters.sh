#!/usr/bin/env bash
# Interpreters side by side: bench/interpreters.sh ROUNDS COREMARK
#
# Builds CoreMark (a checkout of its sources, which are not part of the project) with clang -O3 as modules without imports, and runs them in turns in
# quicwasm's interpreter and in wasm-interp (Debian's package wabt), which has no WASI. Each runs a short and a long module; the difference of both, of
# iterations and of seconds, leaves out starting and loading. Prints medians of iterations/s.
set -euo pipefail
root="$(cd "$(dirname "$0")/.." && pwd)"
quicwasm="$root/src/QuicWasm.Cli/bin/Release/net10.0/QuicWasm.Cli.dll"
rounds=$1
coremark="$(cd "$2" && pwd)"
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT

cat > "$work/port.c" <<'END'
#include "coremark.h"
volatile ee_s32 seed1_volatile = 0, seed2_volatile = 0, seed3_volatile = 0x66, seed4_volatile = ITERATIONS, seed5_volatile = 0;
ee_u32 default_num_contexts = 1;
static ee_u16 failures;
void start_time(void) {}
void stop_time(void) {}
CORE_TICKS get_time(void) { return 10; }
secs_ret time_in_secs(CORE_TICKS ticks) { return ticks; }
void portable_init(core_portable *p, int *argc, char *argv[]) { p->portable_id = 1; (void)argc; (void)argv; }
void portable_fini(core_portable *p) { p->portable_id = 0; }
// CoreMark says what is wrong with a result in words that begin with [ or ERROR.
int ee_printf(const char *format, ...) { failures += format[0] == 'E' || (format[0] == '[' && format[4] == 'E'); return 0; }
int coremark_main(void);
__attribute__((export_name("run"))) void run(void) { coremark_main(); if (failures) __builtin_trap(); }
END

build() { # iterations, file
  clang --target=wasm32-wasi -O3 -w -DITERATIONS="$1" -DPERFORMANCE_RUN=1 -DHAS_FLOAT=0 -DHAS_PRINTF=0 -DMAIN_HAS_NOARGC=1 -Dmain=coremark_main -include stddef.h -DFLAGS_STR='"-O3"' \
    -I "$coremark" -I "$coremark/barebones" -mexec-model=reactor -nostartfiles -Wl,--no-entry -o "$2" \
    "$work/port.c" "$coremark"/core_{list_join,main,matrix,state,util}.c
}

seconds() { # command...
  local start=$EPOCHREALTIME
  "$@" > "$work/output" 2>&1 || { cat "$work/output" >&2; return 1; }
  awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
}

median() { sort -g | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

short=100 long_quicwasm=${QUICWASM_ITERATIONS:-12000} long_wabt=${WABT_ITERATIONS:-1000}
build "$short" "$work/short.wasm"
build "$long_quicwasm" "$work/quicwasm.wasm"
build "$long_wabt" "$work/wabt.wasm"
for ((round = 0; round < rounds; round++)); do
  a=$(seconds dotnet "$quicwasm" run --engine interpreter --invoke run "$work/short.wasm")
  b=$(seconds dotnet "$quicwasm" run --engine interpreter --invoke run "$work/quicwasm.wasm")
  awk -v n=$((long_quicwasm - short)) -v a="$a" -v b="$b" 'BEGIN { print n / (b - a) }' >> "$work/quicwasm"
  a=$(seconds wasm-interp --run-all-exports "$work/short.wasm")
  b=$(seconds wasm-interp --run-all-exports "$work/wabt.wasm")
  awk -v n=$((long_wabt - short)) -v a="$a" -v b="$b" 'BEGIN { print n / (b - a) }' >> "$work/wabt"
done
awk -v q="$(median < "$work/quicwasm")" -v w="$(median < "$work/wabt")" -v v="$(wasm-interp --version)" -v r="$rounds" \
  'BEGIN { printf "CoreMark, iterations/s, median of %d: quicwasm (interpreter) %.0f, wasm-interp %s %.0f: %.1f times\n", r, q, v, w, q / w }'
