// tools/unzip.mjs: a file out of an archive, however it is packed.

import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { unzip } from "../../tools/unzip.mjs";

/** An archive of these files: [name, text, method]. */
function zip(files) {
  const parts = [];
  const entries = [];
  let at = 0;
  for (const [name, text, method] of files) {
    const packed = method === 8 ? deflateRawSync(Buffer.from(text)) : Buffer.from(text);
    const header = Buffer.alloc(30 + name.length + 3);
    header.write("PK\x03\x04", "latin1");
    header.writeUInt16LE(name.length, 26);
    header.writeUInt16LE(3, 28);
    header.write(name, 30);
    const entry = Buffer.alloc(46 + name.length);
    entry.write("PK\x01\x02", "latin1");
    entry.writeUInt16LE(method, 10);
    entry.writeUInt32LE(packed.length, 20);
    entry.writeUInt16LE(name.length, 28);
    entry.writeUInt32LE(at, 42);
    entry.write(name, 46);
    parts.push(header, packed);
    entries.push(entry);
    at += header.length + packed.length;
  }
  const end = Buffer.alloc(22);
  end.write("PK\x05\x06", "latin1");
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...parts, ...entries, end]);
}

const archive = zip([
  ["a/plain", "as it is", 0],
  ["a/packed", "again ".repeat(100), 8],
  ["a/odd", "x", 12],
]);

test("files come out as they went in", () => {
  assert.equal(unzip(archive, "a/plain").toString(), "as it is");
  assert.equal(unzip(archive, "a/packed").toString(), "again ".repeat(100));
});

test("what cannot be had is said", () => {
  assert.throws(() => unzip(archive, "a"), /there is no a in it/);
  assert.throws(() => unzip(archive, "a/odd"), /packed by method 12/);
  assert.throws(() => unzip(Buffer.from("text"), "a"), /no zip archive/);
});
