// Writes src/control_plane/apiserver/protobuf/messages.txt: which field of which API type has which number in Kubernetes' protobuf.
//
//   node tools/protobuf-messages.mjs
//
// Numbers and types are read from the sources of the crate k8s-pb (which has no descriptors), the fields' names in JSON from those of
// k8s-openapi. Cargo says where both are. One thing neither knows: whether Go has a pointer, so that a zero is not the same as nothing;
// protobuf-pointers.txt lists those, read from the types of k8s.io/api, apimachinery and apiextensions-apiserver v0.33.
import { execFileSync } from "node:child_process";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const tools = dirname(fileURLToPath(import.meta.url));
const out = join(tools, "../src/control_plane/apiserver/protobuf/messages.txt");

/** What clients send, in the packages that a kube-apiserver serves by default. */
const ROOTS = `
core.v1: Binding ConfigMap Endpoints Event LimitRange Namespace Node PersistentVolume PersistentVolumeClaim Pod PodTemplate
  ReplicationController ResourceQuota Secret Service ServiceAccount
admissionregistration.v1: MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding
  ValidatingWebhookConfiguration
apiextensions.v1: CustomResourceDefinition
apps.v1: ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet
authentication.v1: SelfSubjectReview TokenRequest TokenReview
authorization.v1: LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview
autoscaling.v1: HorizontalPodAutoscaler Scale
autoscaling.v2: HorizontalPodAutoscaler
batch.v1: CronJob Job
certificates.v1: CertificateSigningRequest
coordination.v1: Lease
discovery.v1: EndpointSlice
events.v1: Event
flowcontrol.v1: FlowSchema PriorityLevelConfiguration
meta.v1: DeleteOptions
networking.v1: IPAddress Ingress IngressClass NetworkPolicy ServiceCIDR
node.v1: RuntimeClass
policy.v1: Eviction PodDisruptionBudget
rbac.v1: ClusterRole ClusterRoleBinding Role RoleBinding
scheduling.v1: PriorityClass
storage.v1: CSIDriver CSINode CSIStorageCapacity StorageClass VolumeAttachment
`.replace(/\n  /g, " ").trim().split("\n").flatMap((line) => {
  const [pkg, kinds] = line.split(": ");
  return kinds.trim().split(/\s+/).map((kind) => `${pkg}.${kind}`);
});

/** Types with a JSON form of their own, read by hand in values.rs. */
const SPECIAL = {
  "meta.v1.Time": "time",
  "meta.v1.MicroTime": "microtime",
  "meta.v1.FieldsV1": "json",
  "meta.v1.Verbs": "list",
  "runtime.RawExtension": "json",
  "resource.Quantity": "quantity",
  "intstr.IntOrString": "intorstring",
  "authentication.v1.ExtraValue": "list",
  "authorization.v1.ExtraValue": "list",
  "certificates.v1.ExtraValue": "list",
  "apiextensions.v1.JSON": "json",
  "apiextensions.v1.JSONSchemaPropsOrArray": "schemaorlist",
  "apiextensions.v1.JSONSchemaPropsOrBool": "schemaorbool",
  "apiextensions.v1.JSONSchemaPropsOrStringArray": "schemaorlist",
};

const metadata = JSON.parse(execFileSync("cargo", ["metadata", "--format-version=1"], { maxBuffer: 1 << 28 }));
const sources = (crate) => {
  const found = metadata.packages.find((p) => p.name === crate);
  if (!found) throw new Error(`no crate ${crate}`);
  return join(dirname(found.manifest_path), "src");
};

function* rustFiles(folder, path = []) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) yield* rustFiles(join(folder, entry.name), [...path, entry.name]);
    else if (entry.name.endsWith(".rs")) yield [path, readFileSync(join(folder, entry.name), "utf8")];
  }
}

/** ["api","core","v1"] and ["apimachinery","pkg","apis","meta","v1"] to core.v1 and meta.v1; other packages to their last word. */
const short = (path) => (/^v\d/.test(path.at(-1) ?? "") ? path.slice(-2).join(".") : (path.at(-1) ?? ""));
const plain = (name) => name.toLowerCase().replace(/[^a-z0-9]/g, "");

/** The names in JSON: package and lower-case type to { name, fields: lower-case field -> name }. */
const definitions = new Map();
const openapi = join(sources("k8s-openapi"), "v1_33");
for (const [path, text] of rustFiles(openapi)) {
  const name = text.match(/^pub (?:struct|enum) (\w+)/m)?.[1];
  if (!name) continue;
  const fields = new Map([...text.matchAll(/"([^"]+)" => Field::Key_/g)].map((m) => [plain(m[1]), m[1]]));
  definitions.set(plain(`${short(path)}.${name}`), { name: `${short(path)}.${name}`, fields });
}

/** Every message of k8s-pb: package and lower-case type to { id, fields: [{ tag, snake, type, label }] }. */
const messages = new Map();
for (const [path, commented] of rustFiles(sources("k8s-pb"))) {
  const text = commented.replace(/^\s*\/\/\/.*\n/gm, "");
  const resolve = (type) => {
    const steps = type.split("::");
    const at = steps[0] === "super" || steps.length === 1 ? [...path] : [];
    while (steps[0] === "super") at.pop(), steps.shift();
    return `${short([...at, ...steps.slice(0, -1)])}.${steps.at(-1)}`;
  };
  for (const [, name, body] of text.matchAll(/::prost::Message\)\]\npub struct (\w+) \{(|\n[^]*?\n)\}\n/g)) {
    const fields = [];
    for (const [, options, snake, rust] of body.matchAll(/#\[prost\(([^\]]*)\)\]\s*pub (?:r#)?(\w+):\s*([^]*?),\s*(?=#\[|$)/g)) {
      const tag = Number(options.match(/tag = "(\d+)"/)[1]);
      const map = options.match(/btree_map = "(\w+), (\w+)/);
      const scalar = map ? map[2] : options.match(/^(\w+)/)[1];
      if (map && map[1] !== "string") throw new Error(`${name}.${snake}: a map of ${map[1]}`);
      const inner = rust.replace(/\s/g, "").match(/([\w:]+?)>*,?>*$/)[1];
      const label = map ? "{}" : /\brepeated\b/.test(options) ? "[]" : "";
      fields.push({ tag, snake, label, scalar, target: scalar === "message" ? resolve(inner) : null });
    }
    const known = definitions.get(plain(`${short(path)}.${name}`));
    messages.set(plain(`${short(path)}.${name}`), { id: known?.name ?? `${short(path)}.${name}`, fields });
  }
}

const pointers = new Set(
  readFileSync(join(tools, "protobuf-pointers.txt"), "utf8").trim().split("\n").flatMap((line) => {
    const [type, ...fields] = line.split(" ");
    return fields.map((field) => plain(`${type}.${field}`));
  }),
);

const SCALARS = { string: "string", bytes: "bytes", bool: "bool", int32: "int", int64: "int", double: "double" };
const done = new Map();
const left = new Set();

/** Adds a message and all that it holds. `names` are those of the type that it is written into, if JSON knows no such type. */
function add(key, names) {
  const message = messages.get(key);
  if (!message) throw new Error(`no message ${key}`);
  if (done.has(message.id)) return message.id;
  const fields = [];
  done.set(message.id, fields);
  const own = definitions.get(key)?.fields ?? names;
  for (const field of message.fields) {
    const { tag, snake, label, scalar, target } = field;
    const id = target && (messages.get(plain(target))?.id ?? target);
    const special = id && SPECIAL[id];
    let name = own.get(plain(snake));
    // A struct embedded in Go is a message of its own in protobuf, and its fields are the outer one's in JSON.
    let inline = "";
    if (!name && target && !label && !special) {
      const inside = messages.get(plain(target)).fields.map((f) => own.get(plain(f.snake)));
      if (inside.filter(Boolean).length * 2 >= inside.length) {
        [name, inline] = ["-", "+"];
      }
    }
    if (!name) {
      left.add(`${message.id}.${snake}`);
      continue;
    }
    if (special?.startsWith("schema")) add(plain("apiextensions.v1.JSONSchemaProps"), own);
    const type = target ? (special ?? add(plain(target), own)) : SCALARS[scalar];
    if (!type) throw new Error(`${message.id}.${snake}: ${scalar}`);
    const pointer = !target && !label && pointers.delete(plain(`${message.id}.${snake}`)) ? "?" : "";
    fields.push(`${tag} ${name} ${label}${pointer}${inline}${type}`);
  }
  return message.id;
}
for (const root of ROOTS) add(plain(root), new Map());

const text = [...done.keys()].sort().map((id) => [id, ...done.get(id).map((field) => ` ${field}`)].join("\n"));
writeFileSync(out, `${text.join("\n")}\n`);
console.log(`${done.size} messages. Not in Kubernetes 1.33, and left out: ${[...left].join(", ")}`);
const missing = [...pointers].filter((field) => [...done.keys()].some((id) => field.startsWith(`${plain(id)}`)));
console.log(`Pointers that were not found: ${missing.join(", ") || "none"}`);
