// The page in real Chromium. `make test` builds dist/ first; alone: `make browser`, or
// `npx playwright test -c tests/browser smoke --headed` after `make dist`.

import { defineConfig } from "@playwright/test";
import { chromium } from "../../tools/chromium.mjs";

export default defineConfig({
  testDir: ".",
  outputDir: "../../test-results",
  globalSetup: "./server.ts",
  // A test that fails here fails for a reason: no retries. Two cores, and pages that compute: no more than two workers.
  retries: 0,
  workers: 2,
  fullyParallel: true,
  forbidOnly: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: [["list"]],
  use: {
    browserName: "chromium",
    headless: true,
    viewport: { width: 1440, height: 900 },
    launchOptions: chromium,
    screenshot: "only-on-failure",
    trace: "retain-on-failure",
  },
});
