// Splits the page's wasm in two: what a first visit runs, and the rest, which is fetched as soon as somebody does something (index.html).
//
// The first module keeps memory and tables, and the data that its functions can reach (tools/reach.mjs); the rest brings what is left of that.
// Where the first refers to a function of the rest stands a stub: it has the rest fetched, if that is not there yet, and calls what stands in
// the function's place in the table, where the rest puts it when it arrives. The rest imports whatever it refers to of the first. Which
// functions a visit runs is found out with `watched`: the same module, in which each takes a note.
//
// The same idea: Emscripten's SPLIT_MODULE, Binaryen's wasm-split.

import { arity, body, dataBytes, i32Const, KIND, limitsBytes, list, number, read, rewritten, SECTION, text, write } from "./wasm.mjs";

/** By this name the first module asks JavaScript for the rest; it stands where wasm-bindgen's functions are. */
export const FETCH = "fetchRest";
/** By this name the rest knows the first module. */
export const FIRST = "first";

const PAGE_BYTES = 65_536;
/** So many bytes say where a segment of data stands and how long it is. */
const SEGMENT_BYTES = 8;
/** Functions of so many bytes are not worth a stub. */
const SMALL_BYTES = 80;
const END = 0x0b;

/** The module, in which each function also sets a byte behind the first pages of the memory; and where: `{ bytes, notes: { at, length } }`. */
export function watched(bytes) {
  const module = read(bytes);
  const [minimum] = module.memories[0];
  const at = minimum * PAGE_BYTES;
  const length = module.codes.length;
  const codes = module.codes.map((code, index) => {
    const start = body(code).at;
    const note = [...i32Const(at + index), ...i32Const(1), 0x3a, 0, 0]; // i32.store8
    return Buffer.concat([code.subarray(0, start), Buffer.from(note), code.subarray(start)]);
  });
  const sections = new Map(module.sections);
  sections.set(SECTION.memory, list([limitsBytes([minimum + Math.ceil(length / PAGE_BYTES)])]));
  sections.set(SECTION.code, list(codes.map(sized)));
  return { bytes: write(sections), notes: { at, length } };
}

/**
 * `bytes` as two modules, `{ first, rest }`. `ran[i]` says whether the first is to hold the i-th of the module's own functions; `unreached` says
 * which data functions of these codes need not have (tools/reach.mjs).
 */
export function split(bytes, ran, unreached) {
  const plan = planned(read(bytes), ran, unreached);
  return { first: firstModule(plan), rest: restModule(plan) };
}

/** Who goes where. Functions are named by their index in the whole module, imports first. */
function planned(module, ran, unreached) {
  const imports = module.importedFunctions.length;
  const stays = staying(module, ran);
  const isCold = (index) => index >= imports && !stays[index - imports];
  const own = module.codes.map((_, place) => imports + place);
  const [hot, cold] = [own.filter((index) => !isCold(index)), own.filter(isCold)];
  const callees = (callers) => callers.flatMap((index) => references(module.codes[index - imports]));
  const typeOf = (index) => (index < imports ? module.importedFunctions[index].type : module.functions[index - imports]);

  // Where the table holds functions of the rest: their own places, then new ones behind the table's end.
  const places = module.elements
    .filter(({ table }) => table === 0)
    .flatMap(({ offset, functions }) => functions.map((index, place) => [index, offset + place]))
    .filter(([index]) => isCold(index));
  const exported = module.exports.filter(({ kind }) => kind === KIND.function).map(({ index }) => index);
  const called = [...callees(hot), ...exported].filter(isCold);
  const slots = new Map(places);
  let end = module.tables[0].limits[0];
  for (const index of called) {
    if (slots.has(index)) continue;
    places.push([index, end]);
    slots.set(index, end++);
  }
  // One place more: there stands what fetches the rest, and once that is there, what does nothing.
  const door = end++;

  const stubs = sorted(slots.keys());
  const shared = sorted(callees(cold).filter((index) => !isCold(index)));
  const data = dividedData(module, unreached(hot.map((index) => module.codes[index - imports])));
  return { module, imports, hot, cold, typeOf, places, slots, door, end, stubs, shared, data, ...withPlainType(module.types) };
}

/**
 * The module's data, `{ first, rest }`: of `cold`, ranges of addresses whose bytes nobody writes to, the first part has zeros. As these hardly
 * take up room, they divide no segment.
 */
function dividedData(module, cold) {
  const rest = [];
  const first = module.data.map(({ offset, bytes }) => {
    const left = Buffer.from(bytes);
    const ranges = cold.map(([from, to]) => [Math.max(from - offset, 0), Math.min(to - offset, bytes.length)]).filter(([from, to]) => from < to);
    ranges.forEach(([from, to]) => left.fill(0, from, to));
    rest.push(...joined(ranges).map(([from, to]) => ({ offset: offset + from, bytes: bytes.subarray(from, to) })));
    return { offset, bytes: left };
  });
  return { first, rest };
}

/** Ranges, with what lies between two of them if a segment of its own would take up more. */
function joined(ranges) {
  const all = [];
  for (const [from, to] of ranges) {
    const last = all.at(-1);
    if (last && from - last[1] <= SEGMENT_BYTES) last[1] = to;
    else all.push([from, to]);
  }
  return all;
}

/**
 * Whatever ran, and small functions that what ran refers to: a stub is hardly smaller. So the first module also has what runs by chance only,
 * such as the comparison of two keys whose hashes are alike.
 */
function staying(module, ran) {
  const imports = module.importedFunctions.length;
  const stays = [...ran];
  const referred = module.elements.flatMap(({ functions }) => functions);
  const open = ran.flatMap((did, own) => (did ? references(module.codes[own]) : [])).concat(referred);
  while (open.length > 0) {
    const own = open.pop() - imports;
    if (own < 0 || stays[own] || module.codes[own].length > SMALL_BYTES) continue;
    stays[own] = true;
    open.push(...references(module.codes[own]));
  }
  return stays;
}

const sorted = (indexes) => [...new Set(indexes)].sort((a, b) => a - b);

/** The functions that a function's code refers to. */
function references(code) {
  const found = [];
  rewritten(code, (index) => void found.push(index));
  return found;
}

/** The types and the place of `() -> ()` among them. */
function withPlainType(types) {
  return { types: [...types, Buffer.from([0x60, 0, 0])], plain: types.length };
}

function firstModule({ module, imports, hot, typeOf, slots, door, end, stubs, shared, data, types, plain }) {
  const fetch = imports;
  const wait = fetch + 1;
  const indexes = new Map(module.importedFunctions.map((_, index) => [index, index]));
  [...hot, ...stubs].forEach((index, place) => indexes.set(index, wait + 1 + place));

  const callPlace = (place, type) => [...i32Const(place), 0x11, ...number(type), 0, END]; // call_indirect
  const stub = (index) => {
    const given = Array.from({ length: arity(types[typeOf(index)]) }, (_, place) => [0x20, ...number(place)]); // local.get
    return [0, 0x10, ...number(wait), ...given.flat(), ...callPlace(slots.get(index), typeOf(index))];
  };
  const codes = [[0, ...callPlace(door, plain)], ...ownCodes(module, imports, hot, indexes), ...stubs.map(stub)];

  const sections = new Map(module.sections);
  sections.set(SECTION.type, list(types));
  const fetchRest = { module: module.imports[0].module, name: FETCH, type: plain };
  sections.set(SECTION.import, list([...module.imports, fetchRest].map((item) => importBytes({ ...item, kind: KIND.function, what: number(item.type) }))));
  sections.set(SECTION.function, list([plain, ...[...hot, ...stubs].map(typeOf)].map(number)));
  sections.set(SECTION.table, list(tablesOf(module, end).map(({ of, limits }) => [of, ...limitsBytes(limits)])));
  const indexOf = ({ kind, index }) => (kind === KIND.function ? indexes.get(index) : index);
  const exports = [...module.exports, ...sharedParts(module, shared)];
  sections.set(SECTION.export, list(exports.map((item) => [...text(item.name), item.kind, ...number(indexOf(item))])));
  const elements = module.elements.map((of) => ({ ...of, functions: of.functions.map((index) => indexes.get(index)) }));
  sections.set(SECTION.element, list([...elements, { table: 0, offset: door, functions: [fetch] }].map(elementBytes)));
  sections.set(SECTION.code, list(codes.map(sized)));
  sections.set(SECTION.data, list(data.first.map(dataBytes)));
  return write(sections);
}

function restModule({ module, imports, cold, typeOf, places, door, end, shared, data, types, plain }) {
  const indexes = new Map([...shared, ...cold].map((index, place) => [index, place]));
  const nothing = indexes.size;
  const tables = tablesOf(module, end);
  const what = ({ kind, index }) => {
    if (kind === KIND.function) return number(typeOf(index));
    if (kind === KIND.table) return [tables[index].of, ...limitsBytes(tables[index].limits)];
    return kind === KIND.memory ? limitsBytes(module.memories[index]) : module.globals[index];
  };
  const sections = new Map();
  sections.set(SECTION.type, list(types));
  sections.set(SECTION.import, list(sharedParts(module, shared).map((item) => importBytes({ ...item, module: FIRST, what: what(item) }))));
  sections.set(SECTION.function, list([...cold.map(typeOf), plain].map(number)));
  sections.set(SECTION.element, list(runs([...places.map(([index, place]) => [place, indexes.get(index)]), [door, nothing]]).map(elementBytes)));
  sections.set(SECTION.code, list([...ownCodes(module, imports, cold, indexes), [0, END]].map(sized)));
  sections.set(SECTION.data, list(data.rest.map(dataBytes)));
  return write(sections);
}

/** What the first module exports for the rest, under the shortest of names. */
function sharedParts(module, shared) {
  const all = (kind, parts) => parts.map((_, index) => ({ kind, index }));
  const parts = [
    ...all(KIND.memory, module.memories),
    ...all(KIND.table, module.tables),
    ...all(KIND.global, module.globals),
    ...shared.map((index) => ({ kind: KIND.function, index })),
  ];
  return parts.map((part, place) => ({ ...part, name: place.toString(36) }));
}

/** The tables, that of functions with room for the new places. */
function tablesOf(module, end) {
  return module.tables.map((table, index) => (index === 0 ? { ...table, limits: table.limits.map(() => end) } : table));
}

function ownCodes(module, imports, own, indexes) {
  return own.map((index) => rewritten(module.codes[index - imports], (other) => indexes.get(other)));
}

/** Element segments for `[place, function]`, one for each row of places without gaps. */
function runs(places) {
  const segments = [];
  for (const [place, index] of places.sort(([a], [b]) => a - b)) {
    const last = segments.at(-1);
    if (last && last.offset + last.functions.length === place) last.functions.push(index);
    else segments.push({ table: 0, offset: place, functions: [index] });
  }
  return segments;
}

const sized = (code) => Buffer.concat([Buffer.from(number(code.length)), Buffer.from(code)]);

const importBytes = ({ module, name, kind, what }) => [...text(module), ...text(name), kind, ...what];

function elementBytes({ table, offset, functions }) {
  const head = table === 0 ? [0] : [2, ...number(table)];
  return [...head, ...i32Const(offset), END, ...(table === 0 ? [] : [0]), ...number(functions.length), ...functions.flatMap(number)];
}
