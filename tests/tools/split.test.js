// A program in two parts must do what it does in one, and ask for the second part exactly when it needs it.

import assert from "node:assert/strict";
import binaryen from "binaryen";
import { test } from "node:test";
import { FETCH, FIRST, split, watched } from "../../tools/split.mjs";

/** Functions call one another directly, by the table and by exports; `far` is large enough to be worth a stub. */
const WAT = `(module
  (type $unary (func (param i32) (result i32)))
  (import "page" "seen" (func $seen (param i32)))
  (memory (export "memory") 1)
  (global $calls (mut i32) (i32.const 0))
  (table 2 2 funcref)
  (elem (i32.const 0) $near $far)
  (func $near (type $unary) (i32.add (local.get 0) (i32.const 1)))
  (func $count (export "count") (result i32) (global.get $calls))
  (func $far (export "far") (type $unary) (local $i i32)
    (global.set $calls (i32.add (global.get $calls) (i32.const 1)))
    (call $seen (local.get 0))
    (loop $again
      (local.set $i (i32.add (local.get $i) (i32.const 1)))
      (local.set 0 (call $near (local.get 0)))
      (br_if $again (i32.lt_s (local.get $i) (call $limit (i64.const 3) (f64.const 1.5)))))
    (i32.store (i32.const 100) (local.get 0))
    (local.get 0))
  (func $limit (param i64 f64) (result i32) (local i32)
    ${"(local.set 2 (i32.add (local.get 2) (i32.const 100000)))".repeat(12)}
    (i32.add (i32.wrap_i64 (local.get 0)) (i32.trunc_sat_f64_s (local.get 1))))
  (func (export "direct") (type $unary) (call $far (local.get 0)))
  (func (export "by_table") (param i32 i32) (result i32) (call_indirect (type $unary) (local.get 1) (local.get 0))))`;

const module = binaryen.parseText(WAT);
module.setFeatures(binaryen.Features.All);
const WHOLE = module.emitBinary();

/** The program in two parts, and how often it asked for the second. */
async function inParts(ran) {
  const { first, rest } = split(WHOLE, ran, () => []);
  const asked = { times: 0, seen: [] };
  const page = {
    seen: (value) => asked.seen.push(value),
    [FETCH]() {
      asked.times++;
      new WebAssembly.Instance(new WebAssembly.Module(rest), { [FIRST]: instance.exports });
    },
  };
  const { instance } = await WebAssembly.instantiate(first, { page });
  return { exports: instance.exports, asked };
}

const NAMES = ["near", "count", "far", "limit", "direct", "by_table"];
const onlyFarIsCold = NAMES.map((name) => !["far", "limit"].includes(name));

test("whoever needs nothing of the rest does not ask for it", async () => {
  const { exports, asked } = await inParts(onlyFarIsCold);
  assert.equal(exports.by_table(0, 41), 42);
  assert.equal(exports.count(), 0);
  assert.equal(asked.times, 0);
});

for (const [how, call] of [
  ["directly", (exports) => exports.direct(10)],
  ["by the table", (exports) => exports.by_table(1, 10)],
  ["from outside", (exports) => exports.far(10)],
]) {
  test(`the rest is asked for once, when it is called ${how}`, async () => {
    const { exports, asked } = await inParts(onlyFarIsCold);
    for (const times of [1, 2]) {
      assert.equal(call(exports), 14);
      assert.equal(exports.count(), times, "both parts share their globals");
    }
    assert.equal(new DataView(exports.memory.buffer).getInt32(100, true), 14, "and their memory");
    assert.deepEqual(asked, { times: 1, seen: [10, 10] });
  });
}

test("small functions that the first part refers to stay in it", async () => {
  const { exports, asked } = await inParts(NAMES.map((name) => name === "by_table"));
  assert.equal(exports.by_table(0, 1), 2);
  assert.equal(asked.times, 0);
});

test("notes say which functions ran", async () => {
  const { bytes, notes } = watched(WHOLE);
  const { instance } = await WebAssembly.instantiate(bytes, { page: { seen() {} } });
  instance.exports.by_table(0, 1);
  const ran = [...new Uint8Array(instance.exports.memory.buffer, notes.at, notes.length)];
  assert.deepEqual(NAMES.filter((_, index) => ran[index]), ["near", "by_table"]);
});
