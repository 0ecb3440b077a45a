// The first part of a program has the data that its functions can reach, and the rest brings what is left.

import assert from "node:assert/strict";
import binaryen from "binaryen";
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { reach } from "../../tools/reach.mjs";
import { FETCH, FIRST, split, watched } from "../../tools/split.mjs";
import { constants, read } from "../../tools/wasm.mjs";

/** Texts that a function finds by a table of addresses, one that two functions name, one whose address lies in front of it, and what is written. */
const SOURCE = String.raw`
#![no_std]
use core::{hint::black_box, sync::atomic::{AtomicU32, Ordering::Relaxed}};

#[link(wasm_import_module = "page")]
unsafe extern "C" { safe fn say(text: *const u8, length: usize); }
#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! { loop {} }

static NEAR: [&str; 2] = ["near, by the table", "near, by the table, too"];
static FAR: [&str; 2] = ["far, by the table", "far, by the table, too"];
static CALLS: AtomicU32 = AtomicU32::new(7);
static PRIMES: [u32; 8] = [2, 3, 5, 7, 11, 13, 17, 19];

// By the table of functions, which the page's program has, too.
static TELL: fn(&str) = |text| say(text.as_ptr(), text.len());
fn tell(text: &str) { black_box(TELL)(black_box(text)); }
#[unsafe(no_mangle)] pub extern "C" fn near(which: usize) { tell("both"); NEAR.get(which).map(|text| tell(text)); }
#[unsafe(no_mangle)] pub extern "C" fn far(which: usize) { tell("both"); FAR.get(which).map(|text| tell(text)); }
#[unsafe(no_mangle)] pub extern "C" fn prime(from_one: usize) -> u32 { if (1..=8).contains(&from_one) { PRIMES[from_one - 1] } else { 0 } }
#[unsafe(no_mangle)] pub extern "C" fn calls() -> u32 { CALLS.fetch_add(1, Relaxed) }
`;

const folder = mkdtempSync(path.join(tmpdir(), "kubeloop-reach-"));
after(() => rmSync(folder, { recursive: true }));

function compiled(name, source, ...more) {
  const [from, to] = [path.join(folder, `${name}.rs`), path.join(folder, `${name}.wasm`)];
  writeFileSync(from, source);
  const how = ["--edition=2024", "--target=wasm32-unknown-unknown", "--crate-type=cdylib", "-O", "-Cpanic=abort", ...more];
  execFileSync("rustc", [...how, from, "-o", to]);
  return readFileSync(to);
}

const LINKED = compiled("program", SOURCE, "-Clink-arg=--emit-relocs");

/** Runs the program; `said` is what it says. */
async function running(bytes, fetchRest = () => assert.fail("nothing asks for the rest")) {
  const said = [];
  const memory = () => instance.exports.memory.buffer;
  const page = {
    say: (at, length) => said.push(Buffer.from(memory(), at, length).toString()),
    [FETCH]: () => fetchRest(instance),
  };
  const { instance } = await WebAssembly.instantiate(bytes, { page });
  return { said, exports: instance.exports, has: (words) => Buffer.from(memory()).includes(words) };
}

/** The program in two parts, the first of which has what `visit` runs. */
async function inParts(visit) {
  const { bytes, notes } = watched(LINKED);
  const { exports } = await running(bytes);
  visit(exports);
  const ran = [...new Uint8Array(exports.memory.buffer, notes.at, notes.length)].map((note) => note !== 0);
  return split(LINKED, ran, reach(LINKED, LINKED));
}

test("the first part has what its functions can reach, and no more", async () => {
  const { first } = await inParts(({ near, prime, calls }) => [near(0), prime(1), calls()]);
  const { said, exports, has } = await running(first);
  exports.near(1);
  assert.deepEqual(said, ["both", "near, by the table, too"]);
  assert.deepEqual([0, 1, 8, 9].map(exports.prime), [0, 2, 19, 0]);
  assert.equal(exports.calls(), 7);
  assert.ok(!has("far, by the table"));
});

test("the rest brings what is left and leaves alone what was written", async () => {
  const { first, rest } = await inParts(({ near, calls }) => [near(0), calls()]);
  const enter = (instance) => void new WebAssembly.Instance(new WebAssembly.Module(rest), { [FIRST]: instance.exports });
  const { said, exports, has } = await running(first, enter);
  exports.calls();
  assert.ok(!has("far, by the table"));
  exports.far(1);
  assert.deepEqual(said, ["both", "far, by the table, too"]);
  assert.deepEqual([1, 8].map(exports.prime), [2, 19]);
  assert.equal(exports.calls(), 8);
});

test("a program that the linker left no notes in is refused", () => {
  const silent = compiled("silent", SOURCE, "-Cstrip=none");
  assert.throws(() => reach(silent, silent), /--emit-relocs/);
});

test("what belongs to another program is refused", () => {
  const other = compiled("other", SOURCE.replace("near, by the table", "near, by a table"), "-Clink-arg=--emit-relocs");
  assert.throws(() => reach(LINKED, other), /other data/);
});

test("an address is found in a constant, in half of one, and where memory is read", () => {
  const code = binaryen.parseText(`(module (memory 1) (func (param i32) (result i32)
    (i64.store (local.get 0) (i64.const ${(21n << 32n) | 1_283_888n}))
    (i32.store offset=300000 (i32.const -7) (local.get 0))
    (i32.const 70000)))`).emitBinary();
  const [found] = read(code).codes.map(constants);
  assert.deepEqual(found.filter((value) => value !== 0), [1_283_888, 21, -7, 300_000, 70_000]);
});
