// Instantiates a module and calls one export, as quicwasm run --invoke does, with imports that are not WASI's as functions that return 0.
//   node --no-warnings start.mjs WASM EXPORT
import { readFileSync } from 'node:fs';
import { WASI } from 'node:wasi';

const [file, name] = process.argv.slice(2);
const wasi = new WASI({ version: 'preview1', returnOnExit: true });
const module = await WebAssembly.compile(readFileSync(file));
const imports = { ...wasi.getImportObject() };
for (const { module: from, name: what, kind } of WebAssembly.Module.imports(module)) {
  if (kind === 'function' && !(from in wasi.getImportObject())) (imports[from] ??= {})[what] = () => 0;
}
const instance = await WebAssembly.instantiate(module, imports);
if (instance.exports._start) wasi.start(instance); else wasi.initialize(instance);
if (name) console.log(instance.exports[name]());
