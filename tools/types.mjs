// Writes src/api/typed/tables/: which fields Kubernetes' types have, read from k8s-openapi's own sources.
//
//   node tools/types.mjs     after another version of k8s-openapi, or when the tables lack a group
//
// The tables name every type that an object of a stable API version can hold. What the page does not use costs it nothing.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, rmSync, mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

const FOLDER = "src/api/typed/tables";
const LINE_MAX = 140;
const META = "apimachinery::pkg::apis::meta::v1";
const metadata = JSON.parse(execFileSync("cargo", ["metadata", "--format-version", "1", "--no-default-features"], { encoding: "utf8", maxBuffer: 1 << 28 }));
const crate = metadata.packages.find((found) => found.name === "k8s-openapi");
const feature = metadata.resolve.nodes.find((node) => node.id === crate.id).features.find((name) => name.startsWith("v1_"));
const root = path.join(path.dirname(crate.manifest_path), "src", feature);

/** Every struct of the crate that has named fields: its module, name, fields as Rust and as JSON spell them, and what these hold. */
function read() {
  const types = new Map();
  for (const file of readdirSync(root, { recursive: true }).filter((name) => name.endsWith(".rs"))) {
    const source = readFileSync(path.join(root, file), "utf8");
    const body = /pub struct (\w+) \{\n(.*?)\n\}\n/s.exec(source);
    if (!body || !source.includes("deserialize_struct")) continue;
    const module = path.dirname(file).split(path.sep).join("::");
    const json = new Map([...source.matchAll(/^ +"(.+)" => Field::Key_(\w+),$/gm)].map(([, name, field]) => [field, name]));
    const fields = [...body[2].matchAll(/^ {4}pub (\w+): (.*),$/gm)].map(([, field, holds]) => ({ field, name: json.get(field), holds }));
    const version = /const API_VERSION: &'static str = "(.*)";/.exec(source)?.[1];
    const stored = source.includes(`type Ty = crate::${META}::ObjectMeta`) && /::v\d+$/.test(module);
    types.set(`${module}::${body[1]}`, { module, type: body[1], fields, version, stored });
  }
  return types;
}

/** The types that are stored, and all that these hold. */
function reached(types) {
  const all = new Set();
  const visit = (name) => {
    if (all.has(name) || !types.has(name)) return;
    all.add(name);
    for (const { holds } of types.get(name).fields) for (const [, held] of holds.matchAll(/crate::([\w:]+)/g)) visit(held);
  };
  for (const [name, { stored }] of types) if (stored) visit(name);
  return [...all].sort().map((name) => types.get(name));
}

function wrapped(words, indent, end) {
  const lines = [""];
  for (const word of words) {
    if (lines.at(-1).length + indent.length + word.length > LINE_MAX) lines.push("");
    lines[lines.length - 1] += (lines.at(-1) ? " " : "") + word;
  }
  return lines.join(end + indent);
}

function row({ module, type, fields, version }) {
  const of = module.split("::").at(-1);
  const head = version ? `${version}/${type}` : of === "v1" ? type : `${of}.${type}`;
  const names = wrapped([head, ...fields.map(({ name }) => name)], "\n        ", " \\");
  const idents = wrapped(fields.map(({ field }) => field), "\n        ", "");
  return `    ${type} "${names}"\n        { ${idents} }\n`.replace("\n        {  }", " {}");
}

const groups = new Map();
for (const type of reached(read())) groups.set(type.module, [...(groups.get(type.module) ?? []), type]);
rmSync(FOLDER, { recursive: true, force: true });
mkdirSync(FOLDER, { recursive: true });
const files = new Map();
for (const [module, types] of groups) {
  const [group, version] = module.split("::").filter((part) => !["api", "pkg", "apis"].includes(part)).slice(-2);
  const half = Math.ceil(types.length / 2);
  const parts = types.length > 100 ? [types.slice(0, half), types.slice(half)] : [types];
  parts.forEach((part, index) => {
    const name = `${group}_${version}${parts.length > 1 ? "_" + "ab"[index] : ""}`;
    files.set(name, `//! The fields of the types of \`k8s_openapi::${module}\`. Written by tools/types.mjs.\n\nuse super::super::table::types;\nuse k8s_openapi::${module} as of;\n\ntypes! {\n${part.map(row).join("")}}\n`);
  });
}
for (const [name, text] of files) writeFileSync(path.join(FOLDER, `${name}.rs`), text);
const mods = [...files.keys()].sort().map((name) => `mod ${name};\n`).join("");
writeFileSync(path.join(FOLDER, "mod.rs"), `//! The fields of Kubernetes' types, by group. Written by tools/types.mjs.\n\n${mods}`);
