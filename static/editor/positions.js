// Positions in text, between JavaScript's UTF-16, Rust's UTF-8 and people's characters.

/** How many bytes `text` takes in UTF-8. */
export function utf8Length(text) {
  return new TextEncoder().encode(text).length;
}

/** The UTF-16 index in `line` of the character `column` (from 1); past the end, the line's length. */
export function columnToIndex(line, column) {
  let index = 0;
  for (let passed = 1; passed < column && index < line.length; passed++) {
    index += line.codePointAt(index) > 0xffff ? 2 : 1;
  }
  return index;
}
