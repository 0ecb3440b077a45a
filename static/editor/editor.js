// The YAML editor: CodeMirror 6 behind the few calls the page needs.
//
// tools/bundle.mjs packs this file with CodeMirror (MIT licence, © Marijn Haverbeke and others) into one ES module.
// index.html fetches it as soon as somebody does something, and says so by an event; Rust then finds
// `window.kubeloopEditor.mountEditor`. Until then, and if it never arrives, src/ui/parts/code.rs has a <textarea>.
//
// Text positions cross this border in the units of the other side: `offset` is in UTF-8 bytes, as Rust slices strings;
// `line` and `column` start at 1 and count characters, as YAML errors and `kubectl` print them.
//
// Colours and fonts come from the CSS variables `--ed-*` of static/css/tokens.css, so a theme is CSS and nothing here
// changes with it.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec, Transaction } from "@codemirror/state";
import {
  drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, hoverTooltip, keymap, lineNumbers, tooltips,
} from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { columnToIndex, utf8Length } from "./positions.js";
import { CHINESE } from "./phrases.js";

/**
 * Puts an editor into `parent` and returns the handle to it.
 *
 * @param {HTMLElement} parent emptied by `destroy()`
 * @param {object} options all optional
 * @param {string} options.doc the text to begin with
 * @param {number} options.anchor where its selection begins, as a <textarea> counts
 * @param {number} options.head where it ends
 * @param {boolean} options.focused whether it is being typed into
 * @param {boolean} options.dark whether the page is dark now
 * @param {string} options.label accessible name
 * @param {string} options.description read after the name; says how to leave with the keyboard
 * @param {"en"|"zh"} options.language of the editor's own words (search panel, hints)
 * @param {Object<string, string>} options.phrases CodeMirror's phrases, over those of `language`
 * @param {(text: string) => void} options.onChange after every change the person makes, not after `setText`
 * @param {() => void} options.onSubmit on Ctrl+Enter (⌘ Enter)
 * @param {(text: string, offset: number) => {label, type?, detail?, info?, apply?}[]} options.completions
 * @param {(text: string, offset: number) => string|null} options.hover what a tooltip says at that place
 */
export function mountEditor(parent, options = {}) {
  const darkness = new Compartment();
  const access = new Compartment();
  const words = new Compartment();
  const naming = new Compartment();

  const note = document.createElement("span");
  note.id = `editor-note-${++mounted}`;
  note.hidden = true; // aria-describedby reads hidden text too
  let label = options.label ?? "YAML";
  let description = options.description;

  const named = (language) => {
    note.textContent = description ?? LEAVING[language] ?? LEAVING.en;
    return EditorView.contentAttributes.of({ "aria-label": label, "aria-describedby": note.id, tabindex: "0" });
  };
  const phrases = (language) => EditorState.phrases.of({ ...(language === "zh" ? CHINESE : {}), ...options.phrases });
  let language = options.language ?? "en";

  const doc = options.doc ?? "";
  const state = EditorState.create({
    doc,
    selection: { anchor: Math.min(options.anchor ?? 0, doc.length), head: Math.min(options.head ?? 0, doc.length) },
    extensions: [
      ...WRITING,
      darkness.of(EditorView.darkTheme.of(options.dark ?? false)),
      access.of([]),
      words.of(phrases(language)),
      naming.of(named(language)),
      Prec.highest(keymap.of([{ key: "Mod-Enter", run: () => options.onSubmit?.() ?? true }])),
      autocompletion({
        icons: false,
        override: [(context) => complete(context, options.completions)],
      }),
      hoverTooltip((view, position) => explain(view, position, options.hover), { hoverTime: 400 }),
      EditorView.updateListener.of((update) => {
        const typed = update.docChanged && !update.transactions.some((transaction) => transaction.annotation(Transaction.remote));
        if (typed) options.onChange?.(update.state.doc.toString());
      }),
    ],
  });
  const view = new EditorView({ state, parent });
  parent.append(note);
  if (options.focused) view.focus();

  const set = (compartment, extension) => view.dispatch({ effects: compartment.reconfigure(extension) });

  return {
    /** The text as it stands. */
    text: () => view.state.doc.toString(),

    /** Replaces the text, in one undoable change, without calling `onChange`. The cursor stays where it can. */
    setText(text) {
      if (text === view.state.doc.toString()) return;
      const head = Math.min(view.state.selection.main.head, text.length);
      view.dispatch({
        changes: { from: 0, to: view.state.doc.length, insert: text },
        selection: { anchor: head },
        annotations: Transaction.remote.of(true),
      });
    },

    /** Underlines `[{line, column, endLine?, endColumn?, severity, message}]`, replacing those before. Without an end, up to the end of the word. */
    setDiagnostics(list) {
      view.dispatch(setDiagnostics(view.state, list.map((problem) => diagnostic(view.state.doc, problem))));
    },

    /** Tells CodeMirror which of its own defaults to use; the colours are CSS. */
    setDark: (dark) => set(darkness, EditorView.darkTheme.of(dark)),

    /** A read-only editor can still be focused, searched and copied from. */
    setReadOnly: (readOnly) => set(access, readOnly ? EditorState.readOnly.of(true) : []),

    /** Changes the editor's own words; `label` and `description` are the page's, in the same language. */
    setLanguage(next, nextLabel, nextDescription) {
      language = next;
      label = nextLabel ?? label;
      description = nextDescription;
      view.dispatch({ effects: [words.reconfigure(phrases(language)), naming.reconfigure(named(language))] });
    },

    /** Puts the cursor on line `n` (from 1) and scrolls it to the middle. */
    revealLine(n) {
      const line = view.state.doc.line(Math.max(1, Math.min(n, view.state.doc.lines)));
      view.dispatch({ selection: { anchor: line.from }, effects: EditorView.scrollIntoView(line.from, { y: "center" }) });
    },

    focus: () => view.focus(),

    /** Takes the editor out of the page; the handle is of no use afterwards. */
    destroy() {
      view.destroy();
      note.remove();
    },
  };
}

let mounted = 0;

/** CodeMirror itself lets Tab through for two seconds after Escape; people must be told. */
const LEAVING = {
  en: "YAML editor. Tab indents; press Escape, then Tab, to leave the editor.",
  zh: "YAML 编辑器。Tab 键用于缩进；先按 Esc 再按 Tab 可离开编辑器。",
};

/** Every colour is a variable of static/css/tokens.css; the fallbacks read on white and on black alike. */
const COLOURS = HighlightStyle.define([
  { tag: [tags.definition(tags.propertyName), tags.propertyName], color: "var(--ed-key)" },
  { tag: [tags.string, tags.content, tags.special(tags.string), tags.attributeValue], color: "var(--ed-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--ed-number)" },
  { tag: [tags.keyword, tags.meta, tags.typeName, tags.labelName], color: "var(--ed-keyword)" },
  { tag: tags.lineComment, color: "var(--ed-comment)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.squareBracket, tags.brace], color: "var(--ed-punctuation)" },
]);

const LOOKS = EditorView.theme({
  "&": { height: "100%", color: "var(--ed-fg, inherit)", backgroundColor: "var(--ed-bg, transparent)", fontSize: "var(--ed-size, 13px)" },
  "&.cm-focused": { outline: "2px solid var(--focus, currentColor)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--ed-font, monospace)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--ed-cursor, currentColor)" },
  ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--ed-cursor, currentColor)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--ed-selection, #326ce540)" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--ed-line, #326ce512)" },
  ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--ed-match, #ff06) 45%, transparent)" },
  ".cm-searchMatch": { backgroundColor: "var(--ed-match, #ff06)" },
  ".cm-searchMatch-selected": { outline: "2px solid var(--ed-cursor, currentColor)", outlineOffset: "-1px" },
  "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--ed-selection, #326ce540)" },
  ".cm-foldPlaceholder": { color: "inherit", backgroundColor: "var(--ed-line, transparent)", border: "1px solid var(--ed-tooltip-line, #8888)" },
  ".cm-gutters": { color: "var(--ed-gutter-fg, inherit)", backgroundColor: "var(--ed-gutter-bg, transparent)", border: "0" },
  ".cm-panels": { color: "var(--ed-fg, inherit)", backgroundColor: "var(--ed-tooltip-bg, Canvas)" },
  ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--ed-tooltip-line, #8888)" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--ed-tooltip-line, #8888)" },
  ".cm-panel input, .cm-panel button": { color: "inherit", backgroundColor: "var(--ed-bg, Canvas)", backgroundImage: "none", border: "1px solid var(--ed-tooltip-line, #8888)", borderRadius: "3px" },
  ".cm-tooltip": { color: "var(--ed-fg, CanvasText)", backgroundColor: "var(--ed-tooltip-bg, Canvas)", border: "1px solid var(--ed-tooltip-line, #8888)", borderRadius: "4px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--ed-font, monospace)", fontSize: "var(--ed-size, 13px)", maxHeight: "16em" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { color: "var(--ed-fg, #fff)", backgroundColor: "var(--ed-selected-bg, #2456c4)", outline: "1px solid var(--ed-tooltip-line, transparent)" },
  ".cm-completionDetail": { color: "var(--ed-comment, inherit)", fontStyle: "normal" },
  ".cm-tooltip.cm-completionInfo, .cm-explanation": { maxWidth: "min(28rem, 80vw)", padding: ".4em .6em", whiteSpace: "pre-wrap" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--ed-error, #c00)", textUnderlineOffset: "3px" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--ed-warning, #a60)", textUnderlineOffset: "3px" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--ed-error, #c00)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--ed-warning, #a60)" },
});

/** What every mounted editor shares. */
const WRITING = [
  lineNumbers(),
  highlightActiveLineGutter(),
  highlightActiveLine(),
  highlightSpecialChars(),
  history(),
  drawSelection(),
  codeFolding(),
  foldGutter(),
  bracketMatching(),
  closeBrackets(),
  highlightSelectionMatches(),
  search({ top: true }),
  lintGutter(),
  // Tooltips must be able to leave a panel that scrolls.
  tooltips({ position: "fixed" }),
  EditorState.tabSize.of(2),
  indentUnit.of("  "),
  yaml(),
  syntaxHighlighting(COLOURS),
  LOOKS,
  keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...completionKeymap, ...lintKeymap, indentWithTab]),
];

/** Asks the page what could stand at the cursor, and lets CodeMirror filter while the word grows. */
function complete(context, completions) {
  if (!completions) return null;
  const word = context.matchBefore(/[\w./-]*/);
  if (!context.explicit && word.from === word.to) return null;
  const text = context.state.doc.toString();
  const list = completions(text, utf8Length(text.slice(0, context.pos)));
  return list?.length ? { from: word.from, options: list, validFor: /^[\w./-]*$/ } : null;
}

/** The tooltip over a field: plain text, so nothing in a schema or in YAML can become markup. */
function explain(view, position, hover) {
  const text = view.state.doc.toString();
  const words = hover?.(text, utf8Length(text.slice(0, position)));
  if (!words) return null;
  const range = view.state.wordAt(position) ?? { from: position, to: position };
  return {
    pos: range.from,
    end: range.to,
    above: true,
    create() {
      const dom = document.createElement("div");
      dom.className = "cm-explanation";
      dom.textContent = words;
      return { dom };
    },
  };
}

function diagnostic(doc, { line, column, endLine, endColumn, severity = "error", message }) {
  const place = (line, column) => {
    const at = doc.line(Math.max(1, Math.min(line, doc.lines)));
    return at.from + columnToIndex(at.text, column);
  };
  const from = place(line, column ?? 1);
  const rest = doc.lineAt(from).text.slice(from - doc.lineAt(from).from);
  const to = endLine ? place(endLine, endColumn ?? 1) : from + (rest.match(/^\S+/)?.[0].length ?? 0);
  return { from, to: Math.max(from, to), severity, message };
}

// The one global: how Rust, whose script is another module, finds the editor.
globalThis.kubeloopEditor = { mountEditor };
