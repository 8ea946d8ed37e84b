#!/usr/bin/env python3
"""Makes the scripts of the core suite of WebAssembly 3.0 what the tests read (the JSON of wast2json), where no wast2json knows all of 3.0.

    convert-suite.py WASM SUITE OUTPUT

WASM is the reference interpreter (interpreter/wasm of the specification's repository, built with dune), which turns each script of the
folder SUITE (test/core there) into one whose modules are binary; OUTPUT gets a folder a script. Then: QUICWASM_SPEC3=OUTPUT dotnet test ...
"""
import json
import pathlib
import re
import struct
import subprocess
import sys
import tempfile

TOKEN = re.compile(r'\s*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|([^\s()"]+))', re.S)
ESCAPES = {"t": 9, "n": 10, "r": 13, '"': 34, "'": 39, "\\": 92}
NULLS = {"func": "funcref", "extern": "externref", "exn": "exnref"}


class Node(list):
    line = 0


def unescape(text):
    result, i = bytearray(), 0
    while i < len(text):
        if text[i] != "\\":
            result += text[i].encode()
            i += 1
        elif text[i + 1] == "u":
            end = text.index("}", i)
            result += chr(int(text[i + 3:end], 16)).encode()
            i = end + 1
        elif text[i + 1] in ESCAPES:
            result.append(ESCAPES[text[i + 1]])
            i += 2
        else:
            result.append(int(text[i + 1:i + 3], 16))
            i += 3
    return bytes(result)


def parse(text):
    """Lists of words (str), strings (bytes) and lists."""
    stack, at, line = [Node()], 0, 1
    while match := TOKEN.match(text, at):
        line += text.count("\n", at, match.end())
        at = match.end()
        if match[1]:
            node = Node()
            node.line = line
            stack[-1].append(node)
            stack.append(node)
        elif match[2]:
            stack.pop()
        else:
            stack[-1].append(unescape(match[3]) if match[3] is not None else match[4])
    assert not text[at:].strip(), text[at:at + 80]
    return stack[0]


def integer(text, bits):
    return str(int(text.replace("_", ""), 0) & ((1 << bits) - 1))


def floating(text, bits):
    text = text.replace("_", "")
    if text in ("nan:canonical", "nan:arithmetic"):
        return text
    sign, digits = int(text[0] == "-"), text.lstrip("+-")
    fraction, exponent = (23, 8) if bits == 32 else (52, 11)
    infinite = ((1 << exponent) - 1) << fraction
    if digits.startswith("nan"):
        value = infinite | (int(digits[4:], 0) if ":" in digits else 1 << (fraction - 1))
    elif digits == "inf":
        value = infinite
    else:
        packed = struct.pack("<f" if bits == 32 else "<d", float.fromhex(digits) if "x" in digits else float(digits))
        value = int.from_bytes(packed, "little")
    return str(value | sign << (bits - 1))


def value(node):
    kind = node[0]
    if kind[3:] == ".const":
        convert = integer if kind[0] == "i" else floating
        return {"type": kind[:3], "value": convert(node[1], int(kind[1:3]))}
    if kind == "v128.const":
        lane = node[1].split("x")[0]
        convert = integer if lane[0] == "i" else floating
        return {"type": "v128", "lane_type": lane, "value": [convert(text, int(lane[1:])) for text in node[2:]]}
    if kind == "ref.null":
        return {"type": NULLS.get(node[1] if len(node) > 1 else "func", "ref"), "value": "null"}
    if kind in ("ref.extern", "ref.host") and len(node) > 1:
        return {"type": "externref", "value": integer(node[1], 64)}
    return {"type": "externref" if kind == "ref.extern" else "funcref"}  # any reference that is not null


def action(node):
    rest = node[1:]
    result = {"type": node[0]}
    if isinstance(rest[0], str):
        result["module"] = rest.pop(0)
    result["field"] = rest[0].decode()
    if node[0] == "invoke":
        result["args"] = [value(argument) for argument in rest[1:]]
    return result


class Script:
    def __init__(self, folder):
        self.folder, self.commands, self.count = folder, [], 0
        self.named, self.last, self.pending = {}, None, None

    def binary(self, node):
        file = f"{self.folder.name}.{self.count}.wasm"
        self.count += 1
        (self.folder / file).write_bytes(b"".join(part for part in node if isinstance(part, bytes)))
        return file

    def add(self, node, kind, **fields):
        self.commands.append({"type": kind, "line": node.line, **fields})

    def flush(self):
        """A definition that no instance follows is checked alone."""
        if self.pending:
            self.add(self.pending[0], "module_definition", filename=self.pending[1])
        self.pending = None

    def instance(self, node, kind, **fields):
        names = node[2:]
        file = self.named[names[1]] if len(names) > 1 else self.last
        if self.pending and self.pending[1] == file:
            self.pending = None
        self.flush()
        self.add(node, kind, filename=file, **({"name": names[0]} if names else {}), **fields)

    def take(self, node):
        kind = node[0]
        if kind == "module" and node[1] == "definition":
            self.flush()
            self.last = self.binary(node)
            if node[2][0] == "$":
                self.named[node[2]] = self.last
            self.pending = (node, self.last)
        elif kind == "module":
            self.instance(node, "module")
        elif kind in ("assert_unlinkable", "assert_trap") and node[1][0] == "module":
            self.instance(node[1], "assert_unlinkable" if kind == "assert_unlinkable" else "assert_uninstantiable", text=node[2].decode())
        else:
            self.flush()
            self.plain(node, kind)

    def plain(self, node, kind):
        if kind == "register":
            self.add(node, kind, **{"as": node[1].decode()}, **({"name": node[2]} if len(node) > 2 else {}))
        elif kind in ("assert_invalid", "assert_malformed"):
            if "quote" not in node[1]:
                self.add(node, kind, filename=self.binary(node[1]), text=node[2].decode(), module_type="binary")
        elif kind in ("invoke", "get"):
            self.add(node, "action", action=action(node), expected=[])
        elif kind == "assert_return" and len(node) == 3 and node[2][0] == "either":
            self.add(node, kind, action=action(node[1]), either=[value(one) for one in node[2][1:]], expected=[])
        elif kind in ("assert_return", "assert_exception"):
            self.add(node, kind, action=action(node[1]), expected=[value(one) for one in node[2:]])
        elif kind in ("assert_trap", "assert_exhaustion"):
            self.add(node, kind, action=action(node[1]), text=node[2].decode(), expected=[])
        else:
            raise ValueError(f"{self.folder}: {kind}")


def main(interpreter, suite, output):
    suite, output = pathlib.Path(suite), pathlib.Path(output)
    with tempfile.TemporaryDirectory() as work:
        for source in sorted(suite.rglob("*.wast")):
            compiled = pathlib.Path(work, "script.bin.wast")
            subprocess.run([interpreter, "-d", source, "-o", compiled], check=True)
            folder = output / source.relative_to(suite).with_suffix("")
            folder.mkdir(parents=True, exist_ok=True)
            script = Script(folder)
            for node in parse(compiled.read_text(encoding="utf-8")):
                script.take(node)
            script.flush()
            (folder / f"{folder.name}.json").write_text(json.dumps({"source_filename": source.name, "commands": script.commands}))


if __name__ == "__main__":
    main(*sys.argv[1:])
