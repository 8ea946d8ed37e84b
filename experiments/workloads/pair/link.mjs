// node link.mjs LINKED.wasm OUTPUT.wasm: the last step of linking the pair's main module. The linker always names the
// module of an imported memory, table or global "env", and does not export a memory that it imports. This renames those
// imports to the library's name and exports the memory, where WASI looks for it.
import { readFileSync, writeFileSync } from 'node:fs';

const LIBRARY = 'pair-library';
const IMPORT_SECTION = 2, EXPORT_SECTION = 7;
const FUNCTION = 0, TABLE = 1, MEMORY = 2, GLOBAL = 3;

const [inputPath, outputPath] = process.argv.slice(2);
const input = readFileSync(inputPath);
let position = 0;

function byte() {
  return input[position++];
}

function unsigned() {
  let value = 0, shift = 0, next;
  do {
    next = byte();
    value += (next & 0x7f) * 2 ** shift;
    shift += 7;
  } while (next & 0x80);
  return value;
}

function slice(length) {
  position += length;
  return input.subarray(position - length, position);
}

const name = () => slice(unsigned()).toString();

function encodeUnsigned(value) {
  const bytes = [];
  for (; value >= 0x80; value = Math.floor(value / 0x80)) bytes.push(value % 0x80 | 0x80);
  return Buffer.from([...bytes, value]);
}

const encodeName = text => Buffer.concat([encodeUnsigned(Buffer.byteLength(text)), Buffer.from(text)]);

function skipLimits() {
  const hasMaximum = byte() & 1;
  unsigned();
  if (hasMaximum) unsigned();
}

function skipImportType() {
  switch (byte()) {
    case FUNCTION: unsigned(); break;
    case TABLE: byte(); skipLimits(); break;
    case MEMORY: skipLimits(); break;
    case GLOBAL: slice(2); break;
    default: throw new Error(`${inputPath}: an import of an unknown kind before byte ${position}`);
  }
}

function renamedImports() {
  const count = unsigned(), parts = [encodeUnsigned(count)];
  for (let i = 0; i < count; i++) {
    const module = name(), field = name(), typeStart = position;
    skipImportType();
    parts.push(encodeName(module === 'env' ? LIBRARY : module), encodeName(field), input.subarray(typeStart, position));
  }
  return Buffer.concat(parts);
}

function exportsWithMemory(end) {
  const count = unsigned();
  return Buffer.concat([encodeUnsigned(count + 1), slice(end - position), encodeName('memory'), Buffer.from([MEMORY, 0])]);
}

const output = [slice(8)];
while (position < input.length) {
  const id = byte(), length = unsigned(), end = position + length;
  const content = id === IMPORT_SECTION ? renamedImports() : id === EXPORT_SECTION ? exportsWithMemory(end) : slice(length);
  output.push(Buffer.from([id]), encodeUnsigned(content.length), content);
}
writeFileSync(outputPath, Buffer.concat(output));
