// The parts of the editor that need no browser. The rest is tests/browser/editor.spec.ts.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { CHINESE } from "../../static/editor/phrases.js";
import { columnToIndex, utf8Length } from "../../static/editor/positions.js";

test("offsets are UTF-8 bytes", () => {
  for (const [text, want] of [["", 0], ["name: web", 9], ["é", 2], ["名称", 6], ["🐳", 4]]) {
    assert.equal(utf8Length(text), want, text);
    assert.equal(utf8Length(text), Buffer.byteLength(text), text);
  }
});

test("columns count characters, from 1, and stop at the end of the line", () => {
  const rows = [
    ["name: web", 1, 0],
    ["name: web", 7, 6],
    ["name: web", 99, 9],
    ["名称: web", 3, 2],
    ["🐳: web", 2, 2],
    ["🐳🐳", 3, 4],
    ["", 5, 0],
  ];
  for (const [line, column, want] of rows) assert.equal(columnToIndex(line, column), want, `${line}:${column}`);
});

test("every Chinese phrase translates something CodeMirror says", () => {
  const sources = ["autocomplete", "commands", "language", "lint", "search", "view"]
    .map((name) => readFileSync(`node_modules/@codemirror/${name}/dist/index.js`, "utf8"))
    .join("\n");
  const unknown = Object.keys(CHINESE).filter((english) => !sources.includes(JSON.stringify(english)));
  assert.deepEqual(unknown, []);
});
