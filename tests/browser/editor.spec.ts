// The editor behind window.kubeloopEditor, mounted by itself: what Rust relies on, and what a keyboard and a screen reader need.

import { accessible, expect, test } from "./harness";

declare global {
  interface Window {
    editor: any;
    heard: { changes: string[]; asked: [string, number][]; submits: number };
    kubeloopEditor: { mountEditor(parent: HTMLElement, options: object): any };
  }
}

const DOC = "kind: Pod\nname: 名称 web\nspec:\n  containers: []\n";

test.beforeEach(async ({ loop }) => {
  await loop.getByTestId("editor").click();
  await expect(loop.locator(".cm-editor")).toBeVisible();
  await loop.evaluate((doc) => {
    // Only the editor and two things to tab between.
    document.body.innerHTML = '<main><h1>Editor</h1><button id="before">before</button><div id="host" style="height:20rem"></div><button id="after">after</button></main>';
    window.heard = { changes: [], asked: [], submits: 0 };
    window.editor = window.kubeloopEditor.mountEditor(document.getElementById("host")!, {
      doc,
      label: "Manifest",
      language: "en",
      onChange: (text: string) => window.heard.changes.push(text),
      onSubmit: () => void window.heard.submits++,
      completions: (text: string, offset: number) => {
        window.heard.asked.push([text, offset]);
        return [{ label: "apiVersion", type: "property", detail: "string", info: "Group and version", apply: "apiVersion: " }];
      },
      hover: (text: string, offset: number) => (text.startsWith("kind", offset - (offset % 4)) ? "What sort of object this is" : null),
    });
  }, DOC);
});

test("text goes in and out; only what is typed is a change", async ({ loop }) => {
  expect(await loop.evaluate(() => window.editor.text())).toBe(DOC);
  await loop.evaluate(() => window.editor.setText("a: 1\n"));
  expect(await loop.evaluate(() => window.heard.changes)).toEqual([]);
  await loop.evaluate(() => (window.editor.revealLine(2), window.editor.focus()));
  await loop.keyboard.type("b: 2");
  expect(await loop.evaluate(() => window.editor.text())).toBe("a: 1\nb: 2");
  expect(await loop.evaluate(() => window.heard.changes.at(-1))).toBe("a: 1\nb: 2");
  await loop.keyboard.press("Control+Enter");
  expect(await loop.evaluate(() => window.heard.submits)).toBe(1);
});

test("a read-only editor takes no text", async ({ loop }) => {
  await loop.evaluate(() => (window.editor.setReadOnly(true), window.editor.focus()));
  await loop.keyboard.type("x");
  expect(await loop.evaluate(() => window.editor.text())).toBe(DOC);
});

test("completion asks with a byte offset and inserts what it is told", async ({ loop }) => {
  await loop.evaluate(() => (window.editor.revealLine(2), window.editor.focus()));
  await loop.keyboard.press("End");
  await loop.keyboard.press("Enter");
  await loop.keyboard.type("api");
  const list = loop.getByRole("listbox");
  await expect(list).toContainText("apiVersion");
  const [text, offset] = (await loop.evaluate(() => window.heard.asked.at(-1)))!;
  expect(Buffer.from(text).subarray(0, offset).toString()).toMatch(/名称 web\na/);
  await loop.waitForTimeout(100); // CodeMirror ignores Enter in a list's first 75 ms
  await loop.keyboard.press("Enter");
  expect(await loop.evaluate(() => window.editor.text())).toContain("\napiVersion: \n");
});

test("errors are underlined at their characters and listed", async ({ loop }) => {
  await loop.evaluate(() => window.editor.setDiagnostics([{ line: 2, column: 10, severity: "error", message: 'unknown field "web"' }]));
  await expect(loop.locator(".cm-lintRange-error")).toHaveText("web");
  await loop.evaluate(() => window.editor.setDiagnostics([{ line: 99, column: 99, severity: "warning", message: "past the end" }]));
  await expect(loop.locator(".cm-lintRange-error")).toHaveCount(0);
});

test("Tab indents; Escape, then Tab, leaves; and the description says so", async ({ loop }) => {
  const text = loop.getByRole("textbox", { name: "Manifest" });
  await expect(text).toHaveAccessibleDescription(/Escape, then Tab/);
  await loop.evaluate(() => (window.editor.revealLine(1), window.editor.focus()));
  await loop.keyboard.press("Tab");
  expect(await loop.evaluate(() => window.editor.text())).toMatch(/^ {2}kind: Pod/);
  await expect(text).toBeFocused();
  await loop.keyboard.press("Escape");
  await loop.keyboard.press("Tab");
  await expect(loop.locator("#after")).toBeFocused();
});

test("the editor's own words follow the language", async ({ loop }) => {
  await loop.evaluate(() => (window.editor.setLanguage("zh", "清单"), window.editor.focus()));
  await expect(loop.getByRole("textbox", { name: "清单" })).toHaveAccessibleDescription(/Esc/);
  await loop.keyboard.press("Control+f");
  await expect(loop.getByPlaceholder("查找")).toBeVisible();
});

test("colours come from the page's variables", async ({ loop }) => {
  await loop.evaluate(() => document.documentElement.style.setProperty("--ed-key", "rgb(1, 2, 3)"));
  await expect(loop.locator(".cm-line span", { hasText: "kind" }).first()).toHaveCSS("color", "rgb(1, 2, 3)");
});

test("destroy leaves nothing behind", async ({ loop }) => {
  await loop.evaluate(() => window.editor.destroy());
  await expect(loop.locator("#host")).toBeEmpty();
});

test("axe finds nothing in the editor, its search and its completions", async ({ loop }) => {
  await accessible(loop, "#host");
  await loop.evaluate(() => window.editor.focus());
  await loop.keyboard.press("Control+f");
  await accessible(loop, "#host");
});
