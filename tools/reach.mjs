// Which of a program's data some of its functions can reach: texts and tables that none of them names, and none of the data that they name,
// are needed only when other functions are there.
//
// The linker knows where each piece of data begins and ends, and who refers to it; it leaves notes of that in the program it makes
// (build.rs asks it to). wasm-bindgen and wasm-opt change functions after that, but move no data.

import { constants, read } from "./wasm.mjs";

/** Where the symbols stand in the note `linking`, and the names of the data's segments in the note `name`. */
const SYMBOLS = 8;
const SEGMENT_NAMES = 9;
/** The kinds of symbols that are written in ways of their own, and what may be said of a symbol. */
const DATA_SYMBOL = 1;
const SECTION_SYMBOL = 3;
const UNDEFINED = 0x10;
const NAMED = 0x40;
/** The kinds of places that hold an address: an instruction's offset, a constant, data. */
const MEMORY_ADDRESS = [3, 4, 5];
/** The kinds of places behind whose symbol a number to be added is written: those, and others in memories of 64 bits, code and sections. */
const WITH_ADDEND = [...MEMORY_ADDRESS, 8, 9, 11, 14, 15, 16, 17, 21, 22, 23, 25];
/** What the linker calls the part of the data that nobody writes to. */
const READ_ONLY = ".rodata";
/** So much of it may belong to functions that wasm-opt has removed. */
const LOST_SHARE_MAX = 0.01;

/**
 * For a program `bytes`, made out of `linked`, which the linker made: a function that says, of functions' codes, which data they cannot reach,
 * `[[from, to], …]` as addresses, from front to back.
 *
 * No constant is overlooked: what was an address for the linker is one here, of the piece that was meant, even if it lies before or behind it;
 * and each number counts for the piece that it would lie in. That no address is hidden otherwise is checked: all functions together reach all.
 */
export function reach(linked, bytes) {
  const { segments, pieces, meant, within } = linkedData(linked);
  const { offset, bytes: { length } } = segments.find(({ name }) => name === READ_ONLY);
  const unreached = (codes) => {
    const reached = new Set();
    const open = codes.flatMap(constants).flatMap((value) => [...(meant.get(value) ?? []), ...within(value)]);
    while (open.length > 0) {
      const piece = open.pop();
      if (reached.has(piece)) continue;
      reached.add(piece);
      open.push(...piece.refers);
    }
    const needed = new Uint8Array(length).fill(1);
    const mark = (value, which) => which.forEach(({ from, to }) => needed.fill(value, Math.max(from - offset, 0), Math.max(to - offset, 0)));
    mark(0, pieces.filter((piece) => !reached.has(piece)));
    mark(1, reached);
    return rows(needed, offset);
  };

  const { data, codes } = read(bytes);
  if (!data.every((part) => agrees(part, segments))) throw new Error("the program is not made of what the linker left: it has other data");
  const lost = unreached(codes).reduce((sum, [from, to]) => sum + to - from, 0);
  if (lost > length * LOST_SHARE_MAX) throw new Error(`nobody seems to refer to ${lost} bytes of data: addresses stand in the code in a way that is not understood`);
  return unreached;
}

function agrees({ offset, bytes }, segments) {
  const { offset: start, bytes: all } = segments.findLast((segment) => segment.offset <= offset) ?? segments[0];
  return all.subarray(offset - start, offset - start + bytes.length).equals(bytes);
}

/** Where zeros stand in a row. */
function rows(bytes, offset) {
  const found = [];
  for (let from = bytes.indexOf(0); from >= 0; ) {
    const end = bytes.indexOf(1, from);
    const to = end < 0 ? bytes.length : end;
    found.push([offset + from, offset + to]);
    from = bytes.indexOf(0, to);
  }
  return found;
}

/**
 * What the linker noted: the data's `pieces`, `{ from, to, refers: [piece, …] }`; `meant`, from each address that stands anywhere in the program
 * to the pieces it was made of; and which piece an address lies `within`.
 */
function linkedData(linked) {
  const { data, notes } = read(linked);
  if (!notes.has("linking")) throw new Error("the linker left no notes of its symbols: build.rs asks it to (--emit-relocs)");
  const names = segmentNames(notes.get("name"));
  const segments = data.map((segment, index) => ({ ...segment, name: names.get(index) }));
  const symbols = symbolsOf(notes.get("linking"), segments);
  const pieces = symbols.filter((symbol) => symbol?.to > symbol?.from).sort((a, b) => a.from - b.from);
  const longest = Math.max(...pieces.map(({ from, to }) => to - from));

  const within = (address) => {
    const found = [];
    for (let place = firstBehind(pieces, address) - 1; place >= 0 && address - pieces[place].from < longest; place--) {
      if (address < pieces[place].to) found.push(pieces[place]);
    }
    return found;
  };
  const inCode = addresses(notes.get("reloc.CODE"), symbols);
  const inData = addresses(notes.get("reloc.DATA"), symbols);
  const meant = new Map();
  for (const { piece, addend } of [...inCode, ...inData]) {
    const address = piece.from + addend;
    meant.set(address, [...new Set([...(meant.get(address) ?? []), piece])]);
  }
  for (const { at, piece } of inData) {
    const segment = segments.findLast((segment) => segment.at <= at);
    for (const holder of within(segment.offset + at - segment.at)) holder.refers.push(piece);
  }
  return { segments, pieces, meant, within };
}

/** The place of the first piece that begins behind the address. */
function firstBehind(pieces, address) {
  let [low, high] = [0, pieces.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (pieces[middle].from <= address) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** All symbols, at their places; those that are no data are `undefined`. */
function symbolsOf(note, segments) {
  note.number(); // the version
  while (note.at < note.end) {
    const kind = note.byte();
    const end = note.number() + note.at;
    if (kind === SYMBOLS) return note.list(() => symbol(note, segments));
    note.at = end;
  }
  throw new Error("the linker left no list of symbols");
}

function symbol(note, segments) {
  const kind = note.byte();
  const flags = note.number();
  if (kind === DATA_SYMBOL) {
    note.text();
    if (flags & UNDEFINED) return undefined;
    const from = segments[note.number()].offset + note.number();
    return { from, to: from + note.number(), refers: [] };
  }
  note.number();
  if (kind !== SECTION_SYMBOL && (!(flags & UNDEFINED) || flags & NAMED)) note.text();
  return undefined;
}

/** Where the linker wrote an address, in bytes of the section, and of which piece, plus what. */
function addresses(note, symbols) {
  if (!note) return []; // there are none
  note.number(); // the section
  return note
    .list(() => {
      const kind = note.byte();
      const entry = { kind, at: note.number(), piece: symbols[note.number()] };
      return { ...entry, addend: WITH_ADDEND.includes(kind) ? note.signed() : 0 };
    })
    .filter(({ kind, piece }) => MEMORY_ADDRESS.includes(kind) && piece);
}

/** The segments' names, by their number. */
function segmentNames(note) {
  while (note.at < note.end) {
    const kind = note.byte();
    const end = note.number() + note.at;
    if (kind === SEGMENT_NAMES) return new Map(note.list(() => [note.number(), note.text()]));
    note.at = end;
  }
  throw new Error("the linker left no names of the data's segments");
}
