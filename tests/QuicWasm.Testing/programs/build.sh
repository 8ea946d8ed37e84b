#!/bin/sh
# Makes every .wasm beside its .wat, with names for traces. Needs wat2wasm of wabt; the tests need only the .wasm.
# It does not check types (--no-check): it knows less than what we support, and the tests load every program.
set -eu
cd "$(dirname "$0")"
for source in *.wat; do
  wat2wasm --no-check --enable-tail-call --enable-multi-memory --enable-extended-const --enable-relaxed-simd --debug-names "$source" -o "${source%.wat}.wasm"
done
