// One run of the peer: a Deployment of P replicas on N nodes, from apply until all are Ready. Prints one JSON object.
//
//   node run.mjs NODES PODS [SECONDS_AT_MOST]
//
// The peer runs in real time, so the wall clock says little (images take their time, as in reality); what it costs is
// the CPU, the longest time in which nothing else could run (in a browser: a frozen tab), and the memory.

import { BaseImage, Cluster } from "@ngrok/webernetes";
import process from "node:process";

const PULSE_MS = 5;
const [nodes, pods, patience = 900] = process.argv.slice(2).map(Number);

class Server extends BaseImage {
  static imageName = "nginx";
  static imageVersion = "1.14.2";
  defaultCommand = ["serve"];

  async exec(context, argv) {
    if (argv[0] !== "serve") return await super.exec(context, argv);
    return await context.waitUntilKilled();
  }
}

const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web", namespace: "default", labels: { app: "web" } },
  spec: {
    replicas: pods,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "nginx:1.14.2" }] },
    },
  },
};

const cluster = new Cluster({ nodes });
cluster.registerImage(Server);
await cluster.init();
await new Promise((resolve) => setTimeout(resolve, 3000)); // its control plane starts as pods of its own

let longestFreeze = 0;
let lastSeen = performance.now();
setInterval(() => {
  const now = performance.now();
  longestFreeze = Math.max(longestFreeze, now - lastSeen - PULSE_MS);
  lastSeen = now;
}, PULSE_MS);
const cpu = process.cpuUsage();
const start = performance.now();
await cluster.apply([deployment]);

let ready = 0;
while (ready < pods && performance.now() - start < patience * 1000) {
  await new Promise((resolve) => setTimeout(resolve, 100));
  const found = await cluster.api.appsv1.readNamespacedDeployment({ name: "web", namespace: "default" });
  ready = (found.body ?? found).status?.readyReplicas ?? 0;
}

const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
await new Promise((resolve) => setTimeout(resolve, 2 * PULSE_MS)); // the pulse may have been waiting too
console.log(
  JSON.stringify({
    nodes,
    pods,
    ready,
    wall_ms: Math.round(wall),
    cpu_ms: Math.round((user + system) / 1000),
    longest_freeze_ms: Math.round(longestFreeze),
    peak_memory_bytes: process.resourceUsage().maxRSS * 1024,
  }),
);
process.exit(ready === pods ? 0 : 2);
