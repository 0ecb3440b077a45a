// The program comes in two parts (tools/split.mjs): what a first visit runs, and the rest when somebody does something.

import type { Page } from "@playwright/test";
import { expect, open, started, test } from "./harness";

/** index.html's: the module, once it has arrived. */
declare const rest: { module?: WebAssembly.Module };

const REST = /_rest\.wasm$/;

/** Applies and steps without touching the page, so that only the program itself can ask for the rest. */
async function work(page: Page) {
  return page.evaluate(async () => {
    await window.kubeloop.apply("apiVersion: v1\nkind: ConfigMap\nmetadata: { name: mine }\ndata: { a: b }");
    await window.kubeloop.settle();
    return JSON.stringify(await window.kubeloop.get("ConfigMap", "default"));
  });
}

test("looking asks for no more than the first part, and touching the page for the rest", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => REST.test(request.url()) && asked.push(request.url()));
  await open(page);
  await page.waitForLoadState("networkidle");
  expect(asked).toEqual([]);
  await page.getByTestId("step").hover();
  await expect.poll(() => page.evaluate(() => rest.module !== undefined)).toBe(true);
  expect(await work(page)).toContain("mine");
  expect(asked.length, "it is fetched once").toBe(1);
});

test("a program that cannot wait for the rest fetches it at once", async ({ page }) => {
  await open(page);
  expect(await work(page)).toContain("mine");
});

test("a rest that cannot be had is said, and nothing is lost", async ({ page, troubles }) => {
  await page.route(REST, (route) => route.abort());
  await open(page);
  await page.getByTestId("apply").click();
  await expect(page.getByRole("dialog")).toContainText("_rest.wasm");
  await expect(page.getByRole("dialog")).toContainText("Your YAML and your run are kept");
  await page.unroute(REST);
  await page.getByTestId("crash-resume").click();
  await started(page);
  expect(await work(page)).toContain("mine");
  troubles.length = 0; // they were meant
});

test("whoever has touched the page once can work without a network", async ({ page, context }) => {
  await open(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await page.getByTestId("step").hover();
  await expect.poll(() => page.evaluate(async (rest) => {
    const caches = await Promise.all((await globalThis.caches.keys()).map((name) => globalThis.caches.open(name)));
    const kept = await Promise.all(caches.map((cache) => cache.keys()));
    return kept.flat().filter(({ url }) => new RegExp(rest).test(url)).length;
  }, REST.source)).toBe(1);
  await context.setOffline(true);
  await page.reload();
  await started(page);
  expect(await work(page)).toContain("mine");
});
