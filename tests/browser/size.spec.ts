// What a first visit costs: everything the page fetches, as a server with brotli would send it. At most 600 kB.

import { brotliCompressSync, constants } from "node:zlib";
import { type Response } from "@playwright/test";
import { expect, started, test } from "./harness";

const BYTES_MAX = 600_000;

test("the first load is no larger than promised", async ({ page }) => {
  const bodies = new Map<string, Promise<Buffer>>();
  const note = (response: Response) => {
    if (response.ok() && response.url().startsWith("http")) bodies.set(response.url(), response.body());
  };
  page.on("response", note);
  await page.goto("./");
  await started(page);
  await page.waitForLoadState("networkidle");
  page.off("response", note); // what comes later, to whoever stays, is no part of it

  const rows: [string, number, number][] = [];
  for (const [url, body] of bodies) {
    const bytes = await body;
    rows.push([new URL(url).pathname.split("/").pop() || "index.html", bytes.length, brotli(bytes)]);
  }
  const total = rows.reduce((sum, [, , packed]) => sum + packed, 0);
  rows.sort((a, b) => b[2] - a[2]);
  const line = ([name, raw, packed]: [string, number, number]) => `  ${name.padEnd(36)} ${String(raw).padStart(10)} ${String(packed).padStart(10)}`;
  console.log([`  ${"first load".padEnd(36)} ${"bytes".padStart(10)} ${"brotli".padStart(10)}`, ...rows.map(line), line(["total", rows.reduce((sum, row) => sum + row[1], 0), total]), `  promised: ${BYTES_MAX}`].join("\n"));

  expect(rows.some(([name]) => name.endsWith(".wasm"))).toBe(true);
  expect(total).toBeLessThanOrEqual(BYTES_MAX);
});

function brotli(bytes: Buffer): number {
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
  return brotliCompressSync(bytes, { params }).length;
}
