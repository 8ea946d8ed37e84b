// Runs the workloads of workloads.json under node's WASI, an engine of other people, and compares what they print with
// the expected files; with --write it writes those files.
//   node --no-warnings expect.mjs [--write] [--test | --default] [NAME...]
import { closeSync, existsSync, mkdtempSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WASI } from 'node:wasi';

const here = dirname(fileURLToPath(import.meta.url));
const cache = process.env.QUICWASM_CACHE ?? resolve(here, '../../.cache');

const words = process.argv.slice(2);
const options = words.filter(word => word.startsWith('--')), names = words.filter(word => !word.startsWith('--'));
const { workloads } = JSON.parse(readFileSync(join(here, 'workloads.json')));
const unknown = [
  ...options.filter(word => !['--write', '--test', '--default'].includes(word)),
  ...names.filter(name => !workloads.some(workload => workload.name === name)),
];
if (unknown.length > 0) {
  console.error(`expect.mjs: unknown: ${unknown.join(' ')}\nusage: expect.mjs [--write] [--test | --default] [NAME...]`);
  process.exit(2);
}

const pathOf = (workload, file) => join(workload.cached ? cache : here, file);

async function instantiate(path, imports) {
  return WebAssembly.instantiate(await WebAssembly.compile(readFileSync(path)), imports);
}

// What the workload printed on stdout. The modules it imports are instantiated first, in the manifest's order.
async function run(workload, args) {
  const scratch = mkdtempSync(join(tmpdir(), 'workload-'));
  const folder = join(scratch, 'folder'), outputPath = join(scratch, 'stdout');
  mkdirSync(folder);
  const stdout = openSync(outputPath, 'w'), stdin = openSync(workload.stdin ? join(here, workload.stdin) : '/dev/null', 'r');
  try {
    const preopens = workload.folder ? { [workload.folder]: folder } : {};
    const wasi = new WASI({ version: 'preview1', args: [workload.name, ...args], env: {}, preopens, stdin, stdout, returnOnExit: true });
    const imports = { ...wasi.getImportObject() };
    for (const [name, file] of Object.entries(workload.modules))
      imports[name] = (await instantiate(pathOf(workload, file), imports)).exports;
    const code = wasi.start(await instantiate(pathOf(workload, workload.wasm), imports));
    if (code !== 0) throw new Error(`${workload.name} ${args.join(' ')}: exit code ${code}`);
    return readFileSync(outputPath, 'utf8');
  } finally {
    closeSync(stdout);
    closeSync(stdin);
    rmSync(scratch, { recursive: true });
  }
}

// Whether it was as expected.
async function examine(workload, args, expectedFile) {
  const label = [workload.name, ...args].join(' '), start = performance.now();
  const output = await run(workload, args);
  const time = `${Math.round(performance.now() - start)} ms, ${output.split('\n').length - 1} lines`;
  const expectedPath = join(here, expectedFile);
  if (options.includes('--write')) {
    writeFileSync(expectedPath, output);
    console.log(`${label}: written, ${time}`);
    return true;
  }
  const same = existsSync(expectedPath) && readFileSync(expectedPath, 'utf8') === output;
  console.log(`${label}: ${same ? 'as expected' : `DIFFERS from ${expectedFile}`}, ${time}`);
  return same;
}

let failures = 0;
for (const workload of workloads) {
  if (names.length > 0 && !names.includes(workload.name)) continue;
  if (!existsSync(pathOf(workload, workload.wasm))) {
    console.log(`${workload.name}: skipped, ${workload.wasm} is not there; ${workload.build} builds it`);
    if (!workload.cached) failures++;
    continue;
  }
  if (!options.includes('--default') && !await examine(workload, workload.testArgs, workload.testExpected)) failures++;
  if (!options.includes('--test') && !await examine(workload, workload.args, workload.expected)) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
