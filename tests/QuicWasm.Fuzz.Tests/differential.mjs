// Runs the modules of a JSON file in this engine, and prints one line of JSON a module: what each call gave, and the state at the end.
import { readFileSync } from 'node:fs';
import { createHash } from 'node:crypto';

const view = new DataView(new ArrayBuffer(8));
const hex = (value) => value.toString(16);

function toValue(type, bits) {
  view.setBigUint64(0, BigInt(`0x${bits}`), true);
  switch (type) {
    case 'I32': return view.getInt32(0, true);
    case 'I64': return view.getBigInt64(0, true);
    case 'F32': return view.getFloat32(0, true);
    default: return view.getFloat64(0, true);
  }
}

function toText(type, value) {
  if (Number.isNaN(value)) return 'nan';
  view.setBigUint64(0, 0n, true);
  switch (type) {
    case 'I32': view.setInt32(0, value, true); break;
    case 'I64': view.setBigInt64(0, value, true); break;
    case 'F32': view.setFloat32(0, value, true); break;
    default: view.setFloat64(0, value, true);
  }
  return hex(view.getBigUint64(0, true));
}

const traps = [
  [/unreachable/, 'unreachable'],
  [/divide by zero|remainder by zero/, 'divide by zero'],
  [/divide result unrepresentable|float unrepresentable/, 'overflow'],
  [/memory access out of bounds/, 'memory'],
  [/table index is out of bounds/, 'undefined element'],
  [/null function or function signature mismatch/, 'signature'],
];

function call(exports, { Function: name, Parameters: types, Arguments: bits, Results: results }) {
  try {
    const value = exports[name](...bits.map((b, i) => toValue(types[i], b)));
    const values = results.length === 0 ? [] : results.length === 1 ? [value] : [...value];
    return values.map((v, i) => toText(results[i], v)).join(' ');
  } catch (error) {
    const trap = traps.find(([pattern]) => pattern.test(error.message));
    return `trap: ${trap ? trap[1] : error}`;
  }
}

function state(exports) {
  const globals = ['I32', 'I64', 'F32', 'F64', 'I32'].map((type, i) => toText(type, exports[`g${i}`].value));
  return `${globals.join(' ')} ${createHash('sha256').update(new Uint8Array(exports.memory.buffer)).digest('hex')}`;
}

const { fuel, modules } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
for (const { binary, calls } of modules) {
  const lines = [];
  try {
    const { exports } = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(binary, 'base64')));
    for (const next of calls) {
      exports.g4.value = fuel;
      lines.push(call(exports, next));
    }
    lines.push(state(exports));
  } catch (error) {
    lines.push(`failed: ${error}`);
  }
  console.log(JSON.stringify(lines));
}
