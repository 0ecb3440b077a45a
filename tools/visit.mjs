// What a first visit runs of the page's program: opens the built page in Chromium, as different newcomers would, and reads the notes that
// `watched` (tools/split.mjs) has put into every function.

import { chromium } from "@playwright/test";
import { chromium as options } from "./chromium.mjs";
import { serve } from "./serve.mjs";
import { watched } from "./split.mjs";

/** How long until nothing more happens by itself. */
const QUIET_MS = 500;

/** All must find what they need in the first part. */
const NEWCOMERS = [
  { locale: "en", viewport: { width: 1440, height: 900 } },
  { locale: "zh-CN", viewport: { width: 1440, height: 900 }, colorScheme: "dark" },
  { locale: "en", viewport: { width: 390, height: 844 } },
];

/** `[true, false, …]`: does a first visit of the page in `folder`, whose program is `bytes`, or opening it again, run the function? */
export async function visited(folder, bytes) {
  const { bytes: program, notes } = watched(bytes);
  const { server, url } = await serve(folder);
  const browser = await chromium.launch(options);
  try {
    const ran = new Array(notes.length).fill(false);
    for (const newcomer of NEWCOMERS) {
      const page = await browser.newPage(newcomer);
      await page.route(/\.wasm$/, (route) => route.fulfill({ contentType: "application/wasm", body: program }));
      await page.addInitScript(keepInstance);
      for (const visit of [() => page.goto(url), () => page.reload()]) {
        await visit();
        await page.locator("#page progress").waitFor({ state: "detached" });
        await page.waitForLoadState("networkidle");
        await lookAround(page);
        await page.waitForTimeout(QUIET_MS);
        (await page.evaluate(readNotes, notes)).forEach((note, index) => (ran[index] ||= note !== 0));
      }
      await page.close();
    }
    return ran;
  } finally {
    await browser.close();
    server.close();
  }
}

/** The pointer passes over everything, a click hits nothing, the keyboard goes on by one place: that must not make anybody wait for the rest. */
async function lookAround(page) {
  const { width, height } = page.viewportSize();
  for (let y = 10; y < height; y += 40) await page.mouse.move(y % 80 ? 10 : width - 10, y, { steps: 8 });
  await page.mouse.wheel(0, 40);
  await page.mouse.click(1, height - 1);
  await page.keyboard.press("Tab");
}

/** In the page: nobody else keeps the program's instance where it can be found. */
function keepInstance() {
  for (const name of ["instantiate", "instantiateStreaming"]) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...given) => {
      const result = await original.apply(WebAssembly, given);
      globalThis.visited = result.instance ?? result;
      return result;
    };
  }
}

/** In the page. */
function readNotes({ at, length }) {
  return [...new Uint8Array(globalThis.visited.exports.memory.buffer, at, length)];
}
