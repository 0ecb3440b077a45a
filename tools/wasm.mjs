// Reads and writes WebAssembly modules, as far as tools/split.mjs needs it: sections, names, and what a function's code refers to.
//
// The format: https://webassembly.github.io/spec/core/binary/; of the linker's notes:
// https://github.com/WebAssembly/tool-conventions/blob/main/Linking.md. Instructions that no Rust program brings (SIMD, threads, exceptions, garbage
// collection) are refused by their number.

/** The numbers of the sections. */
export const SECTION = { custom: 0, type: 1, import: 2, function: 3, table: 4, memory: 5, global: 6, export: 7, start: 8, element: 9, code: 10, data: 11, dataCount: 12 };
/** The order in which sections must stand. */
const ORDER = [1, 2, 3, 4, 5, 6, 7, 8, 9, 12, 10, 11];
/** The kinds of imports and exports. */
export const KIND = { function: 0, table: 1, memory: 2, global: 3 };

/** Reads bytes from front to back. */
export class Reader {
  constructor(bytes, at = 0, end = bytes.length) {
    Object.assign(this, { bytes, at, end });
  }

  byte() {
    return this.bytes[this.at++];
  }

  /** An unsigned number of up to 32 bits. */
  number() {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** A signed number of up to 32 bits. */
  signed() {
    return Number(BigInt.asIntN(32, this.long()));
  }

  /** A signed number of up to 64 bits. */
  long() {
    for (let value = 0n, shift = 0n; ; ) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
      if (byte < 0x80) return BigInt.asIntN(Number(shift), value);
    }
  }

  /** Passes over a number of any size, signed or not. */
  skipNumber() {
    while (this.byte() >= 0x80);
  }

  take(length) {
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    return new TextDecoder().decode(this.take(this.number()));
  }

  list(read) {
    return Array.from({ length: this.number() }, (_, index) => read(index));
  }

  /** What `pass` passes over, as bytes. */
  taken(pass) {
    const from = this.at;
    pass();
    return this.bytes.subarray(from, this.at);
  }
}

/** An unsigned number, as a module writes it. */
export function number(value) {
  const bytes = [];
  do {
    const more = value > 0x7f;
    bytes.push((value & 0x7f) | (more ? 0x80 : 0));
    value >>>= 7;
  } while (value);
  return bytes;
}

/** The instruction `i32.const`, whose number is signed. */
export function i32Const(value) {
  const bytes = [0x41];
  for (;;) {
    const low = value & 0x7f;
    value >>= 7;
    if ((value === 0 && !(low & 0x40)) || (value === -1 && low & 0x40)) return [...bytes, low];
    bytes.push(low | 0x80);
  }
}

export const text = (words) => [...number(new TextEncoder().encode(words).length), ...new TextEncoder().encode(words)];
export const list = (items) => Buffer.concat([Buffer.from(number(items.length)), ...items.map((item) => Buffer.from(item))]);

/** A module: its sections as bytes, and in parts those that split.mjs changes. */
export function read(bytes) {
  const reader = new Reader(bytes, 8);
  const module = { sections: new Map(), types: [], imports: [], functions: [], tables: [], globals: [], exports: [], elements: [], codes: [], data: [], notes: new Map() };
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const length = reader.number();
    const section = new Reader(bytes, reader.at, reader.at + length);
    reader.at += length;
    if (id === SECTION.custom) {
      module.notes.set(section.text(), section); // names and the like: nothing that runs
      continue;
    }
    module.sections.set(id, bytes.subarray(section.at, section.end));
    PARTS[id]?.(module, section);
  }
  module.importedFunctions = module.imports.filter((item) => item.kind === KIND.function);
  return module;
}

const PARTS = {
  [SECTION.type]: (module, section) => (module.types = section.list(() => type(section))),
  [SECTION.import]: (module, section) => (module.imports = section.list(() => imported(section))),
  [SECTION.function]: (module, section) => (module.functions = section.list(() => section.number())),
  [SECTION.table]: (module, section) => (module.tables = section.list(() => ({ of: section.byte(), limits: limits(section) }))),
  [SECTION.memory]: (module, section) => (module.memories = section.list(() => limits(section))),
  [SECTION.global]: (module, section) => (module.globals = section.list(() => global(section))),
  [SECTION.export]: (module, section) => (module.exports = section.list(() => ({ name: section.text(), kind: section.byte(), index: section.number() }))),
  [SECTION.element]: (module, section) => (module.elements = section.list(() => element(section))),
  [SECTION.code]: (module, section) => (module.codes = section.list(() => section.take(section.number()))),
  [SECTION.data]: (module, section) => (module.data = data(section)),
};

function type(reader) {
  return reader.taken(() => {
    if (reader.byte() !== 0x60) throw new Error("a type that is no function's");
    for (const _ of ["arguments", "results"]) reader.list(() => reader.byte());
  });
}

/** How many arguments a function of the type takes. */
export const arity = (type) => new Reader(type, 1).number();

function imported(reader) {
  const item = { module: reader.text(), name: reader.text(), kind: reader.byte() };
  if (item.kind !== KIND.function) throw new Error("only functions are expected to be imported"); // as wasm-bindgen writes modules
  return { ...item, type: reader.number() };
}

/** `[minimum]` or `[minimum, maximum]`. */
function limits(reader) {
  const hasMaximum = reader.byte() === 1;
  const minimum = reader.number();
  return hasMaximum ? [minimum, reader.number()] : [minimum];
}

export const limitsBytes = (limits) => [limits.length - 1, ...limits.flatMap(number)];

/** Its type: what it holds, and whether it changes. */
function global(reader) {
  const type = reader.take(2);
  for (let op = reader.byte(); op !== 0x0b; op = reader.byte()) pass(reader, op);
  return type;
}

/** A list of functions and where in which table it stands; as Rust's linker and Binaryen write it, there is no other kind. */
function element(reader) {
  const form = reader.number();
  const table = form === 2 ? reader.number() : 0;
  if ((form !== 0 && form !== 2) || reader.byte() !== 0x41) throw new Error("an element segment that is not understood");
  const offset = reader.number();
  reader.take(form === 2 ? 2 : 1); // the end of the offset, and what kind of list it is
  return { table, offset, functions: reader.list(() => reader.number()) };
}

/** What stands in the memory from the beginning: where, its bytes, and where these stand in the section. Without threads there is no other kind. */
function data(reader) {
  const start = reader.at;
  return reader.list(() => {
    if (reader.number() !== 0 || reader.byte() !== 0x41) throw new Error("a data segment that is not understood");
    const offset = reader.signed();
    reader.byte(); // the end of the offset
    const length = reader.number();
    return { offset, at: reader.at - start, bytes: reader.take(length) };
  });
}

export const dataBytes = ({ offset, bytes }) => Buffer.concat([Buffer.from([0, ...i32Const(offset), 0x0b, ...number(bytes.length)]), bytes]);

/** The bytes of a module of these sections. */
export function write(sections) {
  const parts = [Buffer.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0])];
  for (const id of ORDER) {
    const bytes = sections.get(id);
    if (bytes?.length) parts.push(Buffer.from([id, ...number(bytes.length)]), bytes);
  }
  return Buffer.concat(parts);
}

/** A reader of a function's code, behind its locals. */
export function body(code) {
  const reader = new Reader(code);
  for (let count = reader.number(); count > 0; count--) {
    reader.skipNumber();
    reader.byte();
  }
  return reader;
}

/**
 * The numbers in a function's code that may be addresses: constants, both halves of long ones (wasm-opt makes one store of two), and what is
 * added to an address when memory is read or written.
 */
export function constants(code) {
  const reader = body(code);
  const found = [];
  while (reader.at < code.length) {
    const op = reader.byte();
    if (op === 0x41) found.push(reader.signed());
    else if (op === 0x42) found.push(...halves(reader.long()));
    else if (isMemoryAccess(op)) {
      reader.skipNumber();
      found.push(reader.number());
    } else pass(reader, op);
  }
  return found;
}

const halves = (long) => [Number(BigInt.asIntN(32, long)), Number(BigInt.asIntN(32, long >> 32n))];

const isMemoryAccess = (op) => op >= 0x28 && op <= 0x3e;

/**
 * Goes through a function's code. `functionAt(index)` is asked for every function it refers to and gives the index to write instead; the
 * result is the code with these. Without an answer (`undefined`) the index stays.
 */
export function rewritten(code, functionAt) {
  const reader = body(code);
  const parts = [];
  let copied = 0;
  while (reader.at < code.length) {
    const op = reader.byte();
    if (op === 0x10 || op === 0x12 || op === 0xd2) {
      const from = reader.at;
      const index = functionAt(reader.number());
      if (index === undefined) continue;
      parts.push(code.subarray(copied, from), Buffer.from(number(index)));
      copied = reader.at;
    } else pass(reader, op);
  }
  return Buffer.concat([...parts, code.subarray(copied)]);
}

/** Passes over what stands behind the number of an instruction. */
function pass(reader, op) {
  if (op >= 0x45 && op <= 0xc4) return;
  if (isMemoryAccess(op)) return memoryArgument(reader);
  switch (op) {
    case 0x00: case 0x01: case 0x05: case 0x0b: case 0x0f: case 0x1a: case 0x1b: case 0xd1: return;
    case 0x02: case 0x03: case 0x04: // block, loop, if: a type
    case 0x0c: case 0x0d: // br, br_if
    case 0x20: case 0x21: case 0x22: case 0x23: case 0x24: case 0x25: case 0x26: // locals, globals, tables
    case 0x3f: case 0x40: // memory.size, memory.grow
    case 0x41: case 0x42: // i32.const, i64.const
    case 0x10: case 0x12: case 0xd2: // call, return_call, ref.func
    case 0xd0: // ref.null
      return reader.skipNumber();
    case 0x0e: // br_table
      for (let count = reader.number() + 1; count > 0; count--) reader.skipNumber();
      return;
    case 0x11: case 0x13: // call_indirect: type and table
      reader.skipNumber();
      return reader.skipNumber();
    case 0x1c: // select with types
      reader.list(() => reader.byte());
      return;
    case 0x43: return void reader.take(4);
    case 0x44: return void reader.take(8);
    case 0xfc: return passLong(reader, reader.number());
    default: throw new Error(`an instruction that is not understood: 0x${op.toString(16)}`);
  }
}

function memoryArgument(reader) {
  reader.skipNumber();
  reader.skipNumber();
}

/** Behind 0xfc: conversions that saturate, and copying of memory and tables. */
function passLong(reader, op) {
  const operands = op <= 7 ? 0 : { 8: 2, 9: 1, 10: 2, 11: 1, 12: 2, 13: 1, 14: 2, 15: 1, 16: 1, 17: 1 }[op];
  if (operands === undefined) throw new Error(`an instruction that is not understood: 0xfc ${op}`);
  for (let count = operands; count > 0; count--) reader.skipNumber();
}
