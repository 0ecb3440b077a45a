// The page arrives, starts, offers its API, and can be used by everyone; also without a network, once loaded.

import { accessible, expect, open, started, test } from "./harness";

test("the page starts without an error", async ({ loop }) => {
  await expect(loop).toHaveTitle(/KubeLoop/);
  await expect(loop.locator("#page")).not.toBeEmpty();
});

test("window.kubeloop offers the tutorials' API", async ({ loop }) => {
  const offered = await loop.evaluate(() => Object.entries(window.kubeloop ?? {}).filter(([, value]) => typeof value === "function").map(([name]) => name));
  for (const name of ["apply", "step", "settle", "seek", "get", "trace", "fault", "reset"]) expect(offered).toContain(name);
});

for (const theme of ["light", "dark"] as const) {
  test(`axe finds nothing on the ${theme} page`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: theme });
    await open(page);
    await accessible(page);
  });
}

test("the chosen theme and language are there before the first paint", async ({ page }) => {
  await page.addInitScript(() => {
    localStorage.setItem("kubeloop.theme", "dark");
    localStorage.setItem("kubeloop.language", "zh");
  });
  // Without its wasm the page stays what index.html made of it.
  await page.route(/\.wasm$/, (route) => new Promise((resolve) => setTimeout(() => resolve(route.continue()), 500)));
  await page.goto("./");
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
  await started(page);
});

test("a page that cannot start says so", async ({ page, troubles }) => {
  await page.route(/\.wasm$/, (route) => route.fulfill({ status: 503 }));
  await page.goto("./");
  await expect(page.getByRole("alert")).toContainText("503");
  expect(troubles.length).toBeGreaterThan(0);
  troubles.length = 0; // they were meant
});

test("nothing is asked of any other host", async ({ page }) => {
  const hosts = new Set<string>();
  page.on("request", (request) => request.url().startsWith("http") && hosts.add(new URL(request.url()).host));
  await open(page);
  expect([...hosts]).toEqual([new URL(process.env.KUBELOOP_URL!).host]);
});

test("once loaded, the page opens without a network", async ({ page, context }) => {
  await open(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  await context.setOffline(true);
  await page.reload();
  await started(page);
  await expect(page.locator("#page")).not.toBeEmpty();
});
