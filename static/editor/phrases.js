// CodeMirror's own words in Chinese. The keys are CodeMirror's English originals (`state.phrase(…)` in its sources);
// tests/editor/editor.test.js fails when a key is no longer among them.

export const CHINESE = {
  // @codemirror/view
  "Control character": "控制字符",
  // @codemirror/commands
  "Selection deleted": "已删除所选内容",
  // @codemirror/language
  "Folded lines": "已折叠的行",
  "Unfolded lines": "已展开的行",
  "to": "至",
  "folded code": "已折叠的代码",
  "unfold": "展开",
  "Fold line": "折叠此行",
  "Unfold line": "展开此行",
  // @codemirror/search
  "Go to line": "转到行",
  "go": "确定",
  "Find": "查找",
  "Replace": "替换",
  "next": "下一个",
  "previous": "上一个",
  "all": "全部",
  "match case": "区分大小写",
  "by word": "全字匹配",
  "regexp": "正则表达式",
  "replace": "替换",
  "replace all": "全部替换",
  "close": "关闭",
  "current match": "当前匹配",
  "replaced $ matches": "已替换 $ 处匹配",
  "replaced match on line $": "已替换第 $ 行的匹配",
  "on line": "于第",
  // @codemirror/autocomplete
  "Completions": "补全",
  // @codemirror/lint
  "Diagnostics": "问题",
  "No diagnostics": "没有问题",
};
