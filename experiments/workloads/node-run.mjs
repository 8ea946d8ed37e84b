// Runs one WASI command under node, with the modules it imports from. (With fast calls node 20 crashes when memories grow.)
//   node --no-warnings --no-turbo-fast-api-calls node-run.mjs [--module NAME=WASM]... [--folder GUEST=HOST]... WASM [ARGUMENT...]
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { WASI } from 'node:wasi';

const words = process.argv.slice(2), modules = [], preopens = {};
for (; words[0]?.startsWith('--'); words.splice(0, 2)) {
  const [name, path] = (words[1] ?? '').split('=');
  if (words[0] === '--module' && path) modules.push([name, path]);
  else if (words[0] === '--folder' && path) preopens[name] = path;
  else usage();
}
if (words.length === 0) usage();

function usage() {
  console.error('usage: node-run.mjs [--module NAME=WASM]... [--folder GUEST=HOST]... WASM [ARGUMENT...]');
  process.exit(2);
}

async function instantiate(path, imports) {
  return WebAssembly.instantiate(await WebAssembly.compile(readFileSync(path)), imports);
}

const wasi = new WASI({ version: 'preview1', args: [basename(words[0]), ...words.slice(1)], env: {}, preopens, returnOnExit: true });
const imports = { ...wasi.getImportObject() };
for (const [name, path] of modules) imports[name] = (await instantiate(path, imports)).exports;
process.exitCode = wasi.start(await instantiate(words[0], imports));
