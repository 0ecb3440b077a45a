// Takes a picture of the built page, for README and for looking at one's work:
//
//   node tools/screenshot.mjs [--dist dist] [--out static/screenshot.png] [--size 1440x900] [--theme light|dark] [--language en|zh]
//                             [--hash '#…'] [--press apply,settle,step] [--run 'await kubeloop.settle()'] [--projector]
//
// `--press` clicks elements by their data-testid, one after the other; `--run` is JavaScript for the page. What the page
// has to say on its console is printed.

import { chromium } from "@playwright/test";
import process from "node:process";
import { chromium as options } from "./chromium.mjs";
import { serve } from "./serve.mjs";

const option = (name, otherwise) => (process.argv.includes(`--${name}`) ? process.argv[process.argv.indexOf(`--${name}`) + 1] : otherwise);
const [width, height] = option("size", "1440x900").split("x").map(Number);
const theme = option("theme", "light");
const out = option("out", "static/screenshot.png");

const { server, url } = await serve(option("dist", "dist"));
const browser = await chromium.launch(options);
try {
  const page = await browser.newPage({ viewport: { width, height }, colorScheme: theme, serviceWorkers: "block" });
  page.on("console", (message) => console.log(`${message.type()}: ${message.text()}`));
  page.on("pageerror", (error) => console.log(`uncaught: ${error}`));
  await page.addInitScript(
    ([theme, language]) => {
      localStorage.setItem("kubeloop.theme", theme);
      localStorage.setItem("kubeloop.language", language);
    },
    [theme, option("language", "en")],
  );
  await page.goto(url + option("hash", ""));
  await page.locator("#page progress").waitFor({ state: "detached" });
  if (process.argv.includes("--projector")) await page.evaluate(() => (document.documentElement.dataset.projector = ""));
  for (const id of option("press", "").split(",").filter(Boolean)) await page.getByTestId(id).first().click();
  await page.evaluate(async (code) => void (await new Function(`return (async () => { ${code} })()`)()), option("run", ""));
  await page.waitForTimeout(700); // what moves comes to rest
  await page.screenshot({ path: out });
  console.log(out);
} finally {
  await browser.close();
  server.closeAllConnections();
  server.close();
}
