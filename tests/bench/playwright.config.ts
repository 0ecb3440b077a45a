// The browser benchmark: part of `make bench`, never of `make test`, as its numbers depend on the machine.

import { defineConfig } from "@playwright/test";
import { chromium } from "../../tools/chromium.mjs";

export default defineConfig({
  testDir: ".",
  testMatch: "browser.spec.ts",
  outputDir: "../../test-results",
  globalSetup: "../browser/server.ts",
  workers: 1,
  retries: 0,
  timeout: 300_000,
  reporter: [["line"]],
  use: { browserName: "chromium", headless: true, viewport: { width: 1440, height: 900 }, launchOptions: chromium },
});
