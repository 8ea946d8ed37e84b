// Runs the workloads of workloads.json under node's WASI, an engine of other people, and compares what they print with
// the expected files; with --write it writes those files.
//   node expect.mjs [--write] [--test | --default] [NAME...]
import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

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

// What the workload printed on stdout. Without fast calls into node: its WASI crashes in them once a memory has grown.
function run(workload, args) {
  const folder = mkdtempSync(join(tmpdir(), 'workload-'));
  const stdin = openSync(workload.stdin ? join(here, workload.stdin) : '/dev/null', 'r');
  try {
    const modules = Object.entries(workload.modules).flatMap(([name, file]) => ['--module', `${name}=${pathOf(workload, file)}`]);
    const folders = workload.folder ? ['--folder', `${workload.folder}=${folder}`] : [];
    const command = ['--no-warnings', '--no-turbo-fast-api-calls', join(here, 'node-run.mjs'), ...modules, ...folders, pathOf(workload, workload.wasm), ...args];
    return execFileSync(process.execPath, command, { stdio: [stdin, 'pipe', 'inherit'], encoding: 'utf8' });
  } finally {
    closeSync(stdin);
    rmSync(folder, { recursive: true });
  }
}

// Whether it was as expected.
function examine(workload, args, expectedFile) {
  const label = [workload.name, ...args].join(' '), start = performance.now();
  const output = run(workload, args);
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
  if (!options.includes('--default') && !examine(workload, workload.testArgs, workload.testExpected)) failures++;
  if (!options.includes('--test') && !examine(workload, workload.args, workload.expected)) failures++;
}
process.exitCode = failures === 0 ? 0 : 1;
