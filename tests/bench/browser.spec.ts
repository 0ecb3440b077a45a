// What the page costs in Chromium: until it can be used, per step, per run, and to go back. Prints a table, and writes
// tests/bench/results/browser.json. The targets beside the numbers are the project's; nothing here fails on them.

import { type Page, test } from "@playwright/test";
import { mkdirSync, writeFileSync } from "node:fs";
import { brotliCompressSync } from "node:zlib";

const SIZES = [
  { nodes: 10, pods: 100 },
  { nodes: 50, pods: 1_000 },
  { nodes: 100, pods: 5_000 },
];
const SEEKS = 40;
const HISTORY = 10_000;

interface Row {
  what: string;
  value: number;
  unit: string;
  target?: string;
}

declare global {
  interface Window {
    bench: { interactive_ms: number; longTasks: number[] };
  }
}

test("benchmark", async ({ browser }) => {
  const rows: Row[] = [...(await firstLoad(await fresh(browser)))];
  for (const size of SIZES) rows.push(...(await run(await opened(browser), size)));
  rows.push(...(await steps(await opened(browser))));
  rows.push(...(await seeks(await opened(browser))));
  report(rows, browser.version());
});

/** A page in a context of its own, so with an empty cache, that notes long tasks and when it can be used. */
async function fresh(browser: import("@playwright/test").Browser): Promise<Page> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, serviceWorkers: "block" });
  const page = await context.newPage();
  await page.addInitScript(() => {
    window.bench = { interactive_ms: 0, longTasks: [] };
    new PerformanceObserver((list) => window.bench.longTasks.push(...list.getEntries().map((entry) => entry.duration))).observe({ type: "longtask", buffered: true });
    const watch = setInterval(() => {
      if (!window.kubeloop || document.querySelector("#page progress")) return;
      window.bench.interactive_ms = performance.now();
      clearInterval(watch);
    }, 1);
  });
  return page;
}

async function opened(browser: import("@playwright/test").Browser): Promise<Page> {
  const page = await fresh(browser);
  await page.goto(process.env.KUBELOOP_URL!);
  await page.waitForFunction(() => window.bench.interactive_ms > 0);
  return page;
}

async function firstLoad(page: Page): Promise<Row[]> {
  const bodies: Promise<Buffer>[] = [];
  page.on("response", (response) => response.ok() && response.url().startsWith("http") && bodies.push(response.body()));
  await page.goto(process.env.KUBELOOP_URL!);
  await page.waitForFunction(() => window.bench.interactive_ms > 0);
  await page.waitForLoadState("networkidle");
  const sizes = (await Promise.all(bodies)).map((bytes) => brotliCompressSync(bytes).length);
  const { interactive_ms, longTasks } = await page.evaluate(() => window.bench);
  await page.context().close();
  return [
    { what: "first load, brotli", value: sizes.reduce((a, b) => a + b, 0) / 1000, unit: "kB", target: "≤ 600" },
    { what: "can be used after", value: interactive_ms, unit: "ms", target: "≤ 1500" },
    { what: "longest task while loading", value: Math.max(0, ...longTasks), unit: "ms", target: "≤ 50" },
  ];
}

/** From apply to all Ready, in slices, with the page drawing itself. */
async function run(page: Page, { nodes, pods }: { nodes: number; pods: number }): Promise<Row[]> {
  const figures = await page.evaluate(
    async ({ yaml, nodes }) => {
      await window.kubeloop.reset({ nodes, seed: 1 });
      await new Promise((resolve) => setTimeout(resolve, 500));
      window.bench.longTasks.length = 0;
      const start = performance.now();
      await window.kubeloop.apply(yaml);
      await window.kubeloop.settle();
      const wall = performance.now() - start;
      await new Promise((resolve) => setTimeout(resolve, 500)); // long tasks are reported late
      const found: any = await window.kubeloop.get("Pod");
      const list: any[] = Array.isArray(found) ? found : found.items;
      const ready = list.filter((pod) => pod.status?.conditions?.some((condition: any) => condition.type === "Ready" && condition.status === "True")).length;
      return { wall, longTasks: window.bench.longTasks, ready };
    },
    { yaml: deployment(pods), nodes },
  );
  await page.context().close();
  if (figures.ready !== pods) throw new Error(`${figures.ready} of ${pods} pods are Ready`);
  const name = `${pods} pods on ${nodes} nodes`;
  return [
    { what: `${name}: apply to all Ready`, value: figures.wall, unit: "ms" },
    { what: `${name}: tasks over 50 ms`, value: figures.longTasks.length, unit: "", target: "0" },
    { what: `${name}: longest task`, value: Math.max(0, ...figures.longTasks), unit: "ms", target: "≤ 50" },
  ];
}

async function steps(page: Page): Promise<Row[]> {
  const figures = await page.evaluate(
    async ({ yaml }) => {
      await window.kubeloop.reset({ nodes: 10, seed: 1 });
      await window.kubeloop.apply(yaml);
      const alone: number[] = [];
      const drawn: number[] = [];
      for (let i = 0; i < 300; i++) {
        const start = performance.now();
        await window.kubeloop.step(1);
        alone.push(performance.now() - start);
        await new Promise((resolve) => setTimeout(resolve)); // the page renders in a microtask or a task of its own
        document.body.getBoundingClientRect(); // and the browser lays it out when asked where something is
        drawn.push(performance.now() - start);
        await new Promise(requestAnimationFrame);
      }
      return { alone, drawn };
    },
    { yaml: deployment(100) },
  );
  await page.context().close();
  return [
    { what: "one step at 100 pods, median", value: quantile(figures.alone, 0.5), unit: "ms", target: "≤ 4" },
    { what: "one step at 100 pods, 95 %", value: quantile(figures.alone, 0.95), unit: "ms" },
    { what: "… with the page's update, median", value: quantile(figures.drawn, 0.5), unit: "ms", target: "≤ 16" },
    { what: "… with the page's update, 95 %", value: quantile(figures.drawn, 0.95), unit: "ms" },
  ];
}

async function seeks(page: Page): Promise<Row[]> {
  const times = await page.evaluate(
    async ({ yaml, count, history }) => {
      await window.kubeloop.reset({ nodes: 10, seed: 1 });
      await window.kubeloop.apply(yaml);
      await window.kubeloop.step(history);
      const times: number[] = [];
      for (let i = 0; i < count; i++) {
        const start = performance.now();
        await window.kubeloop.seek((i * 7919 + 4999) % history); // a prime's multiples: near, far, back and forth
        times.push(performance.now() - start);
      }
      return times;
    },
    { yaml: deployment(100), count: SEEKS, history: HISTORY },
  );
  await page.context().close();
  return [
    { what: `any of ${HISTORY} steps back, median`, value: quantile(times, 0.5), unit: "ms" },
    { what: `any of ${HISTORY} steps back, worst`, value: Math.max(...times), unit: "ms", target: "≤ 100" },
  ];
}

function deployment(replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: ${replicas}
  selector:
    matchLabels:
      app: web
  template:
    metadata:
      labels:
        app: web
    spec:
      containers:
        - name: web
          image: nginx:1.14.2
`;
}

function quantile(values: number[], share: number): number {
  return [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
}

function report(rows: Row[], version: string): void {
  mkdirSync("tests/bench/results", { recursive: true });
  writeFileSync("tests/bench/results/browser.json", JSON.stringify({ chromium: version, rows }, null, 2) + "\n");
  const width = Math.max(...rows.map((row) => row.what.length));
  const lines = rows.map(({ what, value, unit, target }) => `  ${what.padEnd(width)} ${value.toFixed(value < 10 ? 2 : 0).padStart(9)} ${unit.padEnd(3)} ${target ?? ""}`.trimEnd());
  console.log(`\nIn Chromium ${version}\n\n${lines.join("\n")}\n`);
}
