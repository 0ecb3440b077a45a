// The editor before CodeMirror: what is typed into it is kept, looks the same, and CodeMirror goes on where it was.

import type { Page } from "@playwright/test";
import { accessible, expect, open, test } from "./harness";

const CODEMIRROR = /\/editor(-[0-9a-f]+)?\.js$/;

// What a service worker fetches does not come by the tests' routes.
test.use({ serviceWorkers: "block" });

/** Keeps CodeMirror back until what is returned is called. */
async function heldBack(page: Page): Promise<() => void> {
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(CODEMIRROR, async (route) => {
    await held;
    await route.continue();
  });
  return release;
}

test("whoever only looks does without CodeMirror, and sees the same", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => CODEMIRROR.test(request.url()) && asked.push(request.url()));
  await open(page);
  await page.waitForLoadState("networkidle");
  expect(asked).toEqual([]);
  const word = "nginx:1.14.2";
  const place = () => page.evaluate((word) => {
    const walk = document.createTreeWalker(document.getElementById("editor")!, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const from = node.textContent!.indexOf(word);
      if (from < 0 || node.parentElement!.closest("textarea")) continue;
      const range = document.createRange();
      range.setStart(node, from);
      range.setEnd(node, from + word.length);
      const { x, y, width } = range.getBoundingClientRect();
      return { x: Math.round(x), y: Math.round(y), width: Math.round(width), color: getComputedStyle(node.parentElement!).color };
    }
    return undefined;
  }, word);
  const before = await place();
  expect(before).toBeDefined();
  await page.getByTestId("step").hover();
  await expect(page.locator("#editor .cm-editor")).toBeVisible();
  expect(await place()).toEqual(before);
  expect(asked.length).toBe(1);
});

test("what is typed before CodeMirror has arrived stays, with the cursor and the keyboard", async ({ page }) => {
  const release = await heldBack(page);
  await open(page);
  const text = page.getByTestId("editor").getByRole("textbox");
  await text.click();
  await accessible(page, "#editor");
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n");
  await expect(page.locator(".plain-text")).toContainText("ConfigMap");
  await page.keyboard.press("Control+Enter");
  await expect.poll(() => page.evaluate(async () => JSON.stringify(await window.kubeloop.get("ConfigMap", "default")))).toContain("mine");
  release();
  await expect(page.locator("#editor .cm-editor")).toBeVisible();
  await page.keyboard.insertText("# more");
  await expect(text).toContainText("name: mine");
  expect(await page.locator(".cm-line").last().textContent()).toBe("# more");
});

test("without CodeMirror the editor is a text area", async ({ page, troubles }) => {
  await page.route(CODEMIRROR, (route) => route.abort());
  await open(page);
  const text = page.getByTestId("editor").getByRole("textbox");
  await text.fill("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: mine\n");
  await page.getByTestId("apply").click();
  await expect(page.locator(".applied")).toContainText("configmap/mine created");
  troubles.length = 0; // a script that cannot be had is told on the console
});
