// Which Chromium, and how: Debian's, or the one named in KUBELOOP_CHROMIUM. It must not talk to anyone but us.

import process from "node:process";

/** As Playwright takes it. */
export const chromium = {
  executablePath: process.env.KUBELOOP_CHROMIUM || "/usr/bin/chromium",
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ],
};
