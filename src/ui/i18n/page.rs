//! The words of the bar, the editor, the diagram, the timeline, the dialogs and the notices.

use super::words;

// The bar.
words! {
    step_controls = "Step controls", "单步控制";
    back = "Back", "后退";
    back_title = "One step back (b or ←)", "后退一步（b 或 ←）";
    step = "Step", "单步";
    step_title = "One step: an event, or one phase of a turn (s or →)", "一步：一个事件，或一轮中的一个阶段（s 或 →）";
    step_turn = "Step turn", "走完一轮";
    step_turn_title = "On to the end of the next turn (n or Shift →)", "走到下一轮结束（n 或 Shift →）";
    run = "Run", "运行";
    run_title = "Run step by step (Space)", "逐步运行（空格）";
    pause = "Pause", "暂停";
    settle = "Settle", "至稳定";
    settle_title = "Run until nothing is on its way any more (f)", "运行到再没有待办之事（f）";
    speed = "Speed", "速度";
    speed_slow = "slow", "慢";
    speed_full = "max", "最快";
    observe = "Observe", "观察";
    diff = "Diff", "比较";
    act = "Act", "行动";
    ready = "Ready", "Ready 就绪";
    running = "Running", "Running 运行中";
    settled = "Settled", "Settled 已稳定";
    stopped = "Stopped", "Stopped 已停止";
    could_run(n: usize) = "{n} could run", "{n} 项可以运行";
    next_in(time: &str) = "next in {time}", "{time} 后有下一件";
    stopped_by_you = "by you", "由你停止";
    stopped_nothing = "nothing can happen", "不会再发生任何事";
    stopped_at(what: &str) = "at: {what}", "停在：{what}";
    nothing_on_its_way = "nothing on its way", "没有待办";
    next = "Next", "下一个";
    next_title = "Choose who runs next (w)", "选择下一个由谁运行（w）";
    who_runs_next = "Who runs next", "下一个由谁运行";
    could_happen(n: usize) = "{n} things could happen. The clock would choose the first.", "有 {n} 件事可能发生。按时钟顺序会选第一件。";
    reconciles(who: &str) = "{who} reconciles", "{who} 调谐";
    hears_of(who: &str) = "{who} hears of", "{who} 得知";
    goes_on(who: &str) = "{who} goes on with", "{who} 继续处理";
    machine_finishes(node: &str) = "{node} finishes something", "{node} 上有操作完成";
    comes_back(who: &str) = "{who} comes back", "{who} 恢复运行";
    now = "now", "现在";
    share = "Share", "分享";
    share_title = "Copy a link that opens exactly this", "复制可打开当前状态的链接";
    switch_language = "切换为中文", "Switch to English";
    theme_title = "Light or dark (t)", "浅色或深色（t）";
    theme = "Theme", "主题";
    projector = "Projector mode", "投影模式";
    projector_title = "Everything larger (p)", "全部放大（p）";
    help = "Help and keys", "帮助与按键";
    reset = "New cluster", "新集群";
    reset_title = "Begin again with a new cluster; the text in the editor stays", "用新集群重新开始；编辑器中的文本保留";
    breakpoints = "Breakpoints", "断点";
    breakpoints_head = "Runs stop when …", "运行在以下情况停止……";
    break_conflict = "a request is refused with 409 Conflict", "请求被拒绝：409 Conflict";
    break_refusal = "any component's request is refused", "任一组件的请求被拒绝";
    break_warning = "a Warning event is recorded", "记录了 Warning 事件";
    break_pod_deleted = "a Pod is deleted", "Pod 被删除";
    break_fewer_ready = "fewer replicas are ready than before", "就绪副本变少";
    break_writes(who: &str) = "{who} writes", "{who} 写入";
    break_deleted(kind: &str) = "a {kind} is deleted", "{kind} 被删除";
}

// The editor.
words! {
    manifest = "Manifest", "清单";
    editor_label = "YAML", "YAML";
    apply = "Apply", "应用";
    apply_title = "Send this to the API server (Ctrl+Enter)", "发送给 API server（Ctrl+Enter）";
    diff_cluster = "Diff", "差异";
    diff_title = "What would Apply change? (Ctrl+Shift+Enter)", "“应用”会改变什么？（Ctrl+Shift+Enter）";
    problems = "Problems", "问题";
    problems_count(n: usize) = "{n} problems", "{n} 个问题";
    applied = "What Apply did", "“应用”的结果";
    coach_apply_lead = "Start here.", "从这里开始。";
    coach_apply = "Apply sends this Deployment to the API server.", "“应用”会把这个 Deployment 发给 API server。";
    coach_step = "Now press Step: see who notices.", "现在按“单步”：看看谁会注意到。";
    dismiss = "Dismiss", "关闭";
    loading_editor = "YAML, plain editor", "YAML，纯文本编辑器";
}

// The diagram.
words! {
    diagram = "Diagram", "架构图";
    control_plane = "Control plane", "控制平面";
    nodes = "Nodes", "节点";
    behind = "behind", "落后";
    in_queue = "in queue", "在队列中";
    queue = "queue", "队列";
    station_title(name: &str, queue: usize, lag: usize) = "{name}: {queue} in queue, {lag} behind", "{name}：队列中 {queue}，落后 {lag}";
    active = "active", "活跃";
    back_off = "back-off", "退避";
    unschedulable = "unschedulable", "不可调度";
    objects = "objects", "个对象";
    revision = "revision", "版本";
    latest_writes = "Latest writes", "最近的写入";
    api_server = "API server", "API server";
    the_only_door = "the only door", "唯一的门";
    does_not_answer = "does not answer", "没有应答";
    stages = "Stages of a request", "请求的各个阶段";
    no_node_yet = "No node yet", "尚无节点";
    pods_wait_here = "Pods without a node wait here", "还没有节点的 Pod 在这里等待";
    pods_without_node = "Pods without a node", "没有节点的 Pod";
    without_node(n: usize) = "{n} without a node", "{n} 个没有节点";
    pods_on(node: &str) = "Pods on {node}", "{node} 上的 Pod";
    cpu_requested(percent: u32) = "CPU requested {percent} %", "已申请 CPU {percent} %";
    powered_off = "powered off", "已断电";
    cut_off = "cut off", "网络已断";
    containers(ready: usize, total: usize) = "{ready} of {total} containers ready", "{total} 个容器中 {ready} 个就绪";
    restarts(n: i32) = "{n} restarts", "重启 {n} 次";
    pods_summary(n: usize, node: &str, list: &str) = "{n} pods on {node}: {list}", "{node} 上有 {n} 个 Pod：{list}";
    tile(node: &str, n: usize, status: &str) = "{node}: {n} pods, {status}", "{node}：{n} 个 Pod，{status}";
    more_goals(n: usize) = "+{n} more", "另有 {n} 个";
    goal_title(name: &str, ready: i32, desired: i32) = "{name}: {ready} of {desired} ready", "{name}：{desired} 个中 {ready} 个就绪";
    stopped_tag = "stopped", "已停止";
    crashed_tag = "crashed", "已崩溃";
    held_tag = "held back", "被阻延";
}

// The timeline.
words! {
    timeline = "Timeline", "时间线";
    virtual_time = "virtual time", "虚拟时间";
    step_of(cursor: u64, len: u64) = "Step {cursor} of {len}", "第 {cursor} 步，共 {len} 步";
    place(cursor: &str, len: u64) = "step {cursor} / {len}", "第 {cursor} / {len} 步";
    futures = "Other futures", "其他的未来";
    futures_head = "Futures you left behind. Choosing one keeps this one.", "你离开的未来。选择其一时，当前的会保留。";
    future(at: u64, len: u64) = "parts at step {at}, {len} steps long", "在第 {at} 步分开，共 {len} 步";
}

// The rest of the page.
words! {
    details = "Details", "详情";
    editor = "Editor", "编辑器";
    views = "Views", "视图";
    editor_width = "Width of the editor", "编辑器宽度";
    dock_height = "Height of the details", "详情高度";
    close = "Close", "关闭";
    notice_bad_link(why: &str) = "This link cannot be opened: {why}. What you had before is still here.", "无法打开此链接：{why}。你之前的内容仍在。";
    notice_not_restored(why: &str) = "Your last run could not be taken up again: {why}. Your YAML is in the editor.", "无法继续上次的运行：{why}。你的 YAML 仍在编辑器中。";
    notice_link_copied = "Link copied. It opens exactly this: the text, the run and the step.", "链接已复制。打开后即为当前的文本、运行和步骤。";
    notice_link_too_long(bytes: usize) = "This run makes a link of {bytes} characters, too long for an address. Export the YAML instead, or share an earlier step.", "此运行的链接有 {bytes} 个字符，超出地址长度。请改为导出 YAML，或分享更早的步骤。";
    restoring(done: u64, total: u64) = "Taking up your run again: step {done} of {total}", "正在恢复你的运行：第 {done} 步，共 {total} 步";
}

// The help dialog.
words! {
    help_lead = "Every component does three things, again and again: it observes, it compares, it acts. You decide when.", "每个组件都在一再重复三件事：观察、比较、行动。何时进行由你决定。";
    keys = "Keys", "按键";
    key_step = "Step: one phase or event", "单步：一个阶段或事件";
    key_step_turn = "Step over a whole turn", "走完一轮";
    key_back = "One step back", "后退一步";
    key_run = "Run, or pause", "运行或暂停";
    key_settle = "Run until settled", "运行至稳定";
    key_who = "Choose who runs next", "选择下一个由谁运行";
    key_marks = "Previous, next mark on the timeline", "时间线上的上一个、下一个标记";
    key_ends = "First, last step", "第一步、最后一步";
    key_tabs = "Tabs of the details", "详情的标签页";
    key_terminal = "The terminal", "终端";
    key_apply = "Apply", "应用";
    key_diff = "What would Apply change?", "“应用”会改变什么？";
    key_editor = "Into the editor; Esc, then Tab, leaves it", "进入编辑器；Esc 后按 Tab 离开";
    key_theme = "Light or dark", "浅色或深色";
    key_language = "Language", "语言";
    key_projector = "Projector mode", "投影模式";
    key_help = "This help", "此帮助";
    colours = "Colours and shapes", "颜色与形状";
    colour_observe = "Observe: an event arrives, a cache is read", "观察：事件到达，读取缓存";
    colour_diff = "Diff: desired against actual", "比较：期望与实际";
    colour_act = "Act: a request goes to the API server", "行动：请求发往 API server";
    colour_ok = "Reached: ready, running", "已达成：就绪、运行";
    colour_wait = "Not yet: pending, waiting (dashed)", "尚未：等待中（虚线）";
    colour_bad = "Refused or broken", "被拒绝或已损坏";
}
