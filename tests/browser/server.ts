// Serves the built page for all tests: on a free port, and under a path of its own, to prove that it runs under any.

import { existsSync } from "node:fs";
import { serve } from "../../tools/serve.mjs";

const DIST = process.env.KUBELOOP_DIST || "dist";
const BASE = "/some/path/";

export default async function start() {
  if (!existsSync(`${DIST}/index.html`)) throw new Error(`${DIST}/ holds no page: run \`make dist\` first`);
  const { server, url } = await serve(DIST, { base: BASE });
  process.env.KUBELOOP_URL = url; // workers inherit it
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
