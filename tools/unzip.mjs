// One file out of a zip archive, to standard output: node tools/unzip.mjs ARCHIVE FILE. For machines without unzip; Node.js is here anyway. It checks no checksums.
// The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (4.3.12 central directory, 4.3.16 its end).

import { readFileSync, writeSync } from "node:fs";
import process from "node:process";
import { inflateRawSync } from "node:zlib";

const STORED = 0;
const DEFLATED = 8;

/** The bytes of a file in an archive; what is wrong with the archive is thrown. */
export function unzip(archive, name) {
  const end = archive.lastIndexOf("PK\x05\x06", undefined, "latin1");
  if (end < 0) throw new Error("this is no zip archive");
  let at = archive.readUInt32LE(end + 16);
  for (let left = archive.readUInt16LE(end + 10); left > 0; left -= 1) {
    const length = archive.readUInt16LE(at + 28);
    const rest = archive.readUInt16LE(at + 30) + archive.readUInt16LE(at + 32);
    if (archive.toString("utf8", at + 46, at + 46 + length) === name) return content(archive, at);
    at += 46 + length + rest;
  }
  throw new Error(`there is no ${name} in it`);
}

/** The content of the entry of the central directory that begins here. */
function content(archive, entry) {
  const method = archive.readUInt16LE(entry + 10);
  const size = archive.readUInt32LE(entry + 20);
  const header = archive.readUInt32LE(entry + 42);
  const begin = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const packed = archive.subarray(begin, begin + size);
  if (method !== STORED && method !== DEFLATED) throw new Error(`it is packed by method ${method}`);
  return method === STORED ? packed : inflateRawSync(packed);
}

if (process.argv[1]?.endsWith("unzip.mjs")) {
  const [archive, name] = process.argv.slice(2);
  const bytes = unzip(readFileSync(archive), name);
  for (let at = 0; at < bytes.length; ) at += writeSync(1, bytes, at);
}
