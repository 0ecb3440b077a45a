//! The words of the bar, the editor, the diagram and the timeline.

use super::words;

words! {
    apply = "Apply", "应用";
    back = "Back", "后退";
    step = "Step", "单步";
    step_turn = "Step turn", "走完一轮";
    run = "Run", "运行";
    pause = "Pause", "暂停";
    settle = "Settle", "至稳定";
    manifest = "Manifest", "清单";
    details = "Details", "详情";
    step_of(cursor: u64, len: u64) = "Step {cursor} of {len}", "第 {cursor} 步，共 {len} 步";
}
