// What every browser test begins with: `import { test, expect } from "./harness"`.

import AxeBuilder from "@axe-core/playwright";
import { test as base, expect, type Page } from "@playwright/test";

/** What the page offers tutorials; README.md documents it. */
export interface KubeLoop {
  apply(yaml: string): Promise<unknown>;
  step(n?: number): Promise<unknown>;
  settle(): Promise<unknown>;
  seek(index: number): Promise<unknown>;
  get(kind: string, namespace?: string): Promise<unknown>;
  trace(from: number, to: number): Promise<unknown>;
  fault(spec: unknown): Promise<unknown>;
  reset(world: { nodes: number; seed: number }): Promise<unknown>;
}

declare global {
  interface Window {
    kubeloop: KubeLoop;
  }
}

interface Fixtures {
  /** Errors that the page reported: console errors, uncaught exceptions, failed requests. Every test fails when it is not empty at the end. */
  troubles: string[];
  /** The page, loaded and started. */
  loop: Page;
}

export const test = base.extend<Fixtures>({
  baseURL: async ({}, use) => use(process.env.KUBELOOP_URL),

  troubles: [
    async ({ page }, use) => {
      const troubles: string[] = [];
      page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
      page.on("pageerror", (error) => troubles.push(String(error)));
      page.on("requestfailed", (request) => {
        // What a test leaves behind by going elsewhere is no trouble.
        const why = request.failure()?.errorText;
        if (why !== "net::ERR_ABORTED") troubles.push(`${request.url()}: ${why}`);
      });
      await use(troubles);
      expect(troubles, "errors the page reported").toEqual([]);
    },
    { auto: true },
  ],

  loop: async ({ page }, use) => {
    await open(page);
    await use(page);
  },
});

/** Opens the page (with an optional `#…`) and waits until it has taken over from index.html's skeleton. */
export async function open(page: Page, hash = ""): Promise<void> {
  await page.goto(`./${hash}`);
  await started(page);
}

/** Waits until the page has taken over from index.html's skeleton. */
export async function started(page: Page): Promise<void> {
  await page.locator("#page progress").waitFor({ state: "detached" });
}

/** Fails with what axe has to say, rule by rule and element by element. */
export async function accessible(page: Page, include = "html"): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).include(include).analyze();
  const found = violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${rule.help}\n    ${node.html}\n    ${node.failureSummary}`));
  expect(found.join("\n"), "axe").toBe("");
}

export { expect };
