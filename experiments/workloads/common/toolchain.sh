# Sourced by the build scripts: the flags every workload is compiled with, and a check that the tools are there.
# Features: the MVP with sign extension, bulk memory, saturating conversions and mutable globals; no SIMD.

WASM_FLAGS=(--target=wasm32-wasi -O2 -std=gnu11 -mbulk-memory -msign-ext -mnontrapping-fptoint -mmutable-globals -Wl,--strip-debug)

# Exit code 3 says "the tools are missing", so that a caller can skip.
require_toolchain() {
  local probe
  for tool in clang wasm-ld; do
    if ! command -v "$tool" > /dev/null; then
      echo "$(basename "$0"): $tool is missing; install the packages clang lld wasi-libc libclang-rt-14-dev-wasm32" >&2
      exit 3
    fi
  done
  probe=$(mktemp -d)
  printf '#include <stdio.h>\nint main(void) { puts(""); return 0; }\n' > "$probe/probe.c"
  if ! clang "${WASM_FLAGS[@]}" -o "$probe/probe.wasm" "$probe/probe.c" 2> "$probe/errors"; then
    echo "$(basename "$0"): clang cannot build for wasm32-wasi; install the packages wasi-libc libclang-rt-14-dev-wasm32 (those of its version):" >&2
    head -5 "$probe/errors" >&2
    rm -r "$probe"
    exit 3
  fi
  rm -r "$probe"
}
