// What a person does on the page, as the first lesson would have them do it.

import { type Page } from "@playwright/test";
import { accessible, expect, open, started, test as page } from "./harness";

const status = (loop: Page) => loop.getByTestId("status");
const pods = (loop: Page) => loop.getByTestId("pod");
const cursor = async (loop: Page) => Number(await loop.getByTestId("timeline").inputValue());

/** Applies what is in the editor and runs until nothing is on its way. */
async function applied(loop: Page): Promise<void> {
  await loop.getByTestId("apply").click();
  await loop.getByTestId("settle").click();
  await expect(status(loop)).toHaveText(/^Settled/);
}

page.describe("a newcomer", () => {
  page("finds the tutorial's Deployment, not applied, and is shown what to press", async ({ loop }) => {
    await expect(loop.getByTestId("editor")).toContainText("nginx:1.14.2");
    await expect(status(loop)).toHaveText(/^Ready/);
    await expect(pods(loop)).toHaveCount(0);
    await expect(loop.getByRole("note")).toContainText("Start here");
    await loop.getByTestId("apply").click();
    await expect(loop.getByRole("note")).toContainText("press Step");
    await loop.getByTestId("step").click();
    await expect(loop.getByRole("note")).toHaveCount(0);
  });

  page("steps to three running pods, reads who acted and why, and goes back ten steps", async ({ loop }) => {
    await loop.getByTestId("apply").click();
    for (let turns = 0; !(await status(loop).textContent())!.startsWith("Settled"); turns++) {
      expect(turns).toBeLessThan(300);
      await loop.getByTestId("step-turn").click();
    }
    await expect(pods(loop)).toHaveCount(3);
    for (const node of ["n1", "n2", "n3"]) await expect(loop.locator(`[data-testid=pod][data-node=${node}]`)).toHaveAttribute("data-phase", "Running");
    const end = await cursor(loop);
    for (let i = 0; i < 10; i++) await loop.getByTestId("back").click();
    expect(await cursor(loop)).toBe(end - 10);
    await expect(status(loop)).not.toHaveText(/^Settled/);
    await expect(loop.getByTestId("turn")).not.toBeEmpty();
  });

  page("kills a node and watches its pods come back elsewhere", async ({ loop }) => {
    await applied(loop);
    await loop.evaluate(() => window.kubeloop.fault({ fault: "kill-node", node: "n2" }));
    await expect(status(loop)).toHaveText(/^Ready/);
    await loop.getByTestId("settle").click();
    await expect(status(loop)).toHaveText(/^Settled/);
    await expect(loop.locator("[data-testid=pod][data-phase=Running]:not([data-node=n2])")).toHaveCount(3);
  });

  page("runs, pauses and scrubs", async ({ loop }) => {
    await loop.getByTestId("apply").click();
    await loop.getByTestId("run").click();
    await expect(status(loop)).toHaveText(/^Running/);
    await expect.poll(() => cursor(loop)).toBeGreaterThan(3);
    await loop.getByTestId("run").click();
    await expect(status(loop)).toHaveText(/^Stopped/);
    await loop.getByTestId("timeline").fill("1");
    expect(await cursor(loop)).toBe(1);
    await expect(status(loop)).toHaveText(/^Ready/);
  });

  page("chooses who runs next, and the future that was left behind can be had again", async ({ loop }) => {
    await applied(loop);
    await loop.getByTestId("timeline").fill("5");
    await loop.locator("#next-menu-button").click();
    await loop.locator("#next-menu .menu-item").last().click();
    await loop.locator("#futures-menu-button").click();
    await loop.locator("#futures-menu .menu-item").first().click();
    expect(Number(await loop.getByTestId("timeline").getAttribute("max"))).toBeGreaterThan(20);
  });
});

page("an error stands at its line, and what the API server refuses is a step", async ({ loop }) => {
  const text = loop.getByTestId("editor").getByRole("textbox");
  await text.click();
  await loop.keyboard.press("Control+a");
  await loop.keyboard.insertText("apiVersion: v1\nkind: Pod\nmetadata:\n  name: Wrong_Name\nspec:\n  containers:\n  - name: a\n    image: nginx\n    imagePullPolice: Always\n");
  await expect(loop.locator(".problem .where")).toHaveText(["9:5"]);
  await loop.getByTestId("apply").click();
  await expect(loop.locator(".problem")).toContainText("unknown field");
  await expect(pods(loop)).toHaveCount(0);
});

page.describe("work survives", () => {
  page("a reload, to the step", async ({ loop }) => {
    await applied(loop);
    await loop.getByTestId("back").click();
    const [at, names] = [await cursor(loop), await pods(loop).evaluateAll((all) => all.map((pod) => (pod as HTMLElement).dataset.name))];
    await loop.reload();
    await started(loop);
    await expect(pods(loop)).toHaveCount(names.length);
    await expect.poll(() => cursor(loop)).toBe(at);
    expect(await pods(loop).evaluateAll((all) => all.map((pod) => (pod as HTMLElement).dataset.name))).toEqual(names);
  });

  page("as a link, in another browser", async ({ loop, browser }) => {
    await applied(loop);
    await loop.getByRole("button", { name: "Share" }).click();
    await expect(loop.getByRole("status").filter({ hasText: "Link copied" })).toBeVisible();
    const link = loop.url();
    expect(link).toContain("#1.");
    const other = await (await browser.newContext()).newPage();
    await other.goto(link);
    await started(other);
    await expect(pods(other)).toHaveCount(3);
    await expect(status(other)).toHaveText(/^Settled/);
    expect(await cursor(other)).toBe(await cursor(loop));
    await other.context().close();
  });

  page("a bad link, which says why", async ({ loop }) => {
    await applied(loop);
    for (const [hash, why] of [["#nonsense", "not one of KubeLoop's"], ["#1.AAAA", "damaged"], ["#9.AAAA", "version"]]) {
      await loop.goto("about:blank");
      await open(loop, hash);
      await expect(loop.getByRole("alert")).toContainText(why);
      await expect(pods(loop)).toHaveCount(3);
    }
  });

  page("a panic of the model", async ({ loop, troubles }) => {
    const text = loop.getByTestId("editor").getByRole("textbox");
    await text.click();
    await loop.keyboard.press("Control+End");
    await loop.keyboard.insertText("# mine\n");
    await loop.getByTestId("apply").click();
    await loop.evaluate(() => void (location.hash = "#!panic"));
    await loop.getByTestId("step").click();
    const dialog = loop.getByRole("dialog");
    await expect(dialog).toContainText("Your YAML and your run are kept");
    await expect(dialog).toContainText("rehearsal");
    await accessible(loop, "#crash");
    await loop.getByTestId("crash-resume").click();
    await started(loop);
    await expect.poll(() => cursor(loop)).toBe(1);
    await expect(loop.getByTestId("editor")).toContainText("# mine");
    await loop.evaluate(() => void (location.hash = "#!panic"));
    await loop.getByTestId("step").click();
    await loop.getByTestId("crash-restart").click();
    await started(loop);
    await expect(loop.getByTestId("editor")).toContainText("# mine");
    expect(await cursor(loop)).toBe(0);
    troubles.length = 0; // they were meant
  });
});

page.describe("everyone", () => {
  page("reads it in English and 中文, light and dark, and finds it so again", async ({ loop }) => {
    await loop.getByTestId("language").click();
    await expect(loop.locator("html")).toHaveAttribute("lang", "zh");
    await expect(loop.getByTestId("apply")).toHaveText("应用");
    await loop.getByTestId("theme").click();
    const theme = await loop.locator("html").getAttribute("data-theme");
    expect(theme).toMatch(/light|dark/);
    await loop.reload();
    await started(loop);
    await expect(loop.getByTestId("apply")).toHaveText("应用");
    await expect(loop.locator("html")).toHaveAttribute("data-theme", theme!);
    await loop.getByTestId("language").click();
    await expect(loop.getByTestId("apply")).toHaveText("Apply");
  });

  page("drives it by keyboard alone", async ({ loop }) => {
    await loop.keyboard.press("Control+Enter");
    await expect.poll(() => cursor(loop)).toBe(1);
    await loop.keyboard.press("s");
    await loop.keyboard.press("n");
    expect(await cursor(loop)).toBeGreaterThan(2);
    await loop.keyboard.press("b");
    await loop.keyboard.press("f");
    await expect(status(loop)).toHaveText(/^Settled/);
    await expect(pods(loop)).toHaveCount(3);
    await loop.keyboard.press("Home");
    expect(await cursor(loop)).toBe(0);
    await loop.keyboard.press("]");
    expect(await cursor(loop)).toBe(1);
    await loop.keyboard.press("2");
    await expect(loop.getByRole("tab", { selected: true })).toContainText("Objects");
    await loop.keyboard.press("e");
    await loop.keyboard.type("s");
    expect(await cursor(loop), "keys typed into the editor are text").toBe(1);
    await loop.keyboard.press("Escape"); // closes the completions
    await loop.keyboard.press("Escape");
    await loop.keyboard.press("Tab");
    await loop.keyboard.press("?");
    await expect(loop.getByRole("dialog")).toBeVisible();
    await loop.keyboard.press("Escape");
    await expect(loop.getByRole("dialog")).toHaveCount(0);
  });

  for (const [name, width, theme, language] of [
    ["light", 1280, "light", "en"],
    ["dark", 1280, "dark", "en"],
    ["中文", 1280, "light", "zh"],
    ["a tablet's width", 800, "light", "en"],
    ["a telephone's width", 400, "dark", "zh"],
  ] as const) {
    page(`axe finds nothing: ${name}`, async ({ page: loop }) => {
      await loop.setViewportSize({ width, height: 800 });
      await loop.addInitScript(
        ([theme, language]) => {
          localStorage.setItem("kubeloop.theme", theme);
          localStorage.setItem("kubeloop.language", language);
        },
        [theme, language],
      );
      await loop.emulateMedia({ reducedMotion: "reduce" });
      await open(loop);
      await accessible(loop);
      await loop.evaluate(() => window.kubeloop.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: nginx}]\n"));
      await loop.evaluate(() => window.kubeloop.step(6));
      await accessible(loop);
      await loop.evaluate(() => window.kubeloop.settle());
      for (const key of ["2", "3", "4", "5", "6", "1"]) {
        await loop.keyboard.press(key);
        await accessible(loop, ".app");
      }
      await loop.keyboard.press("?");
      await accessible(loop, "dialog");
    });
  }
});

page.describe("window.kubeloop", () => {
  page("gives plain JSON, and rejects with the Status", async ({ loop }) => {
    const world = await loop.evaluate(() => window.kubeloop.reset({ nodes: 2, seed: 7 }));
    expect(world).toMatchObject({ step: 0, len: 0 });
    expect(await loop.evaluate(() => window.kubeloop.get("nodes"))).toMatchObject({ kind: "NodeList", items: [{ kind: "Node" }, { kind: "Node" }] });
    const made = await loop.evaluate(() => window.kubeloop.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: web}\nspec:\n  containers: [{name: web, image: nginx}]\n"));
    expect(made).toEqual([{ object: "Pod default/web", effect: "created", line: "pod/web created" }]);
    const steps = (await loop.evaluate(() => window.kubeloop.step(5))) as { step: number }[];
    expect(steps.map((step) => step.step)).toEqual([1, 2, 3, 4, 5]);
    expect(await loop.evaluate(() => window.kubeloop.settle())).toMatchObject({ settled: true });
    const [pod] = ((await loop.evaluate(() => window.kubeloop.get("pod", "default"))) as any).items;
    expect(pod.status.phase).toBe("Running");
    expect(await loop.evaluate(() => window.kubeloop.seek(2))).toMatchObject({ step: 2 });
    expect(await loop.evaluate(() => window.kubeloop.trace(0, 2))).toHaveLength(2);
    const refused = await loop.evaluate(() =>
      window.kubeloop.apply("apiVersion: v1\nkind: Pod\nmetadata: {name: WEB}\nspec:\n  containers: [{name: web, image: nginx}]\n").then(
        () => null,
        (status: any) => ({ kind: status.kind, code: status.code, reason: status.reason, causes: status.details.causes.length }),
      ),
    );
    expect(refused).toEqual({ kind: "Status", code: 422, reason: "Invalid", causes: 1 });
    for (const call of ["seek('x')", "fault({fault: 'nonsense'})", "fault({fault: 'kill-node', node: 'n9'})", "get('nonsense')", "reset({nodes: -1})"]) {
      const kind = await loop.evaluate(`window.kubeloop.${call}.then(() => "resolved", (status) => status.kind)`);
      expect(kind, call).toBe("Status");
    }
  });

  page("settles a thousand pods and goes on painting all the while", async ({ loop }) => {
    await loop.evaluate(() => window.kubeloop.reset({ nodes: 50, seed: 1 }));
    const { frames, seconds } = await loop.evaluate(async () => {
      let frames = 0;
      const count = () => void (frames++, requestAnimationFrame(count));
      count();
      const begun = performance.now();
      await window.kubeloop.apply(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  replicas: 1000\n  selector: {matchLabels: {app: web}}\n  template:\n    metadata: {labels: {app: web}}\n    spec:\n      containers: [{name: web, image: nginx}]\n",
      );
      await window.kubeloop.settle();
      return { frames, seconds: (performance.now() - begun) / 1000 };
    });
    await expect(pods(loop)).toHaveCount(1000);
    // How long tasks are is measured by `make bench`, on a quiet machine; a frozen page would paint no frame at all.
    expect(frames / seconds).toBeGreaterThan(1);
  });
});
