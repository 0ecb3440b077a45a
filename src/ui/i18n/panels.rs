//! The words of the dock: objects, events, truth and belief, faults, and of the preview of Apply.

use super::{Language, words};
use crate::sim::faults::Target;

words! {
    what_just_happened = "What just happened", "刚刚发生了什么";
    objects = "Objects", "对象";
    events = "Events", "事件";
    truth_and_belief = "Truth & belief", "事实与所信";
    faults = "Faults", "故障";
    kind = "Kind", "类型";
    filter = "Filter", "筛选";
    more_rows(count: usize) = "{count} more: type in the filter to find them", "还有 {count} 个：用筛选来查找";
    nothing_here = "No resources found.", "没有找到资源。";
    pick_one = "Choose an object to see its YAML, its revisions and who owns it.", "选择一个对象，查看它的 YAML、历次版本和归属。";
    yaml = "YAML", "YAML";
    revisions = "Revisions", "历次版本";
    owners = "Owners", "归属";
    views = "Views of the object", "对象的视图";
    gone = "This object is gone at this step. Go back to see it.", "在这一步，该对象已不存在。后退即可看到它。";
    compacted = "Older revisions were compacted away.", "更早的版本已被压缩清除。";
    owned_by = "Owned by", "归属于";
    owns = "Owns", "拥有";
    nobody = "nobody", "无";
    delete = "Delete", "删除";
    scale = "Scale", "扩缩容";
    replicas = "Replicas", "副本数";
    last_seen = "Last seen", "最近出现";
    event_type = "Type", "类型";
    reason = "Reason", "原因";
    object = "Object", "对象";
    message = "Message", "消息";
    times(count: i32) = "×{count}", "×{count}";
    no_events = "No events yet. Components record here what they want people to know.", "还没有事件。组件把想让人知道的事记录在这里。";
    component = "Component", "组件";
    beside = "etcd beside the cache of", "etcd 与此组件的缓存对照：";
    up_to_date = "It knows everything that etcd knows.", "etcd 知道的它都知道。";
    behind(count: usize) = "{count} behind", "落后 {count}";
    truth_at(revision: u64) = "Truth: etcd @{revision}", "事实：etcd @{revision}";
    belief_of(name: &str) = "Belief: {name}", "所信：{name}";
    unknown_yet = "does not know it yet", "还不知道它";
    still_there = "believes it is still there", "以为它还在";
    gone_in_truth = "gone", "已删除";
    watched = "It watches", "它关注";
    held = "held back", "被扣住";
    hold = "Hold back", "扣住";
    release = "Release", "放行";
    drop_next = "Lose the next one", "丢掉下一个";
    in_force = "In force", "已生效";
    nothing_broken = "Nothing is broken. Break something and see who notices.", "一切正常。弄坏点什么，看看谁会注意到。";
    choose = "Choose", "选择";
    would_change = "What Apply would change", "应用会改变什么";
    would_create = "would be created", "将被创建";
    would_not_change = "would not change", "不会改变";
    would_be_refused = "would be refused", "将被拒绝";
    close = "Close", "关闭";
    stopped = "stopped", "已停止";
    cut_off = "cut off", "网络已断";
    not_ready = "not ready", "未就绪";
    no_power = "no power", "已断电";
    cannot_be_pulled = "cannot be pulled", "无法拉取";
    terminal = "Terminal", "终端";
    terminal_line = "A kubectl command", "一条 kubectl 命令";
    terminal_run = "Run", "执行";
    terminal_lead = "kubectl, as you know it, and below each command what it sends to the API server. manifest.yaml is the text in the editor. Tab completes, ↑ brings back what you typed, help lists the commands.", "你熟悉的 kubectl；每条命令下面是它发给 API server 的请求。manifest.yaml 就是编辑器里的文本。Tab 补全，↑ 取回输入过的命令，help 列出所有命令。";
    completions = "Completions", "补全";
    kubectl_sends = "kubectl sends", "kubectl 发送";
    server_answers = "The API server answers", "API server 回答";
    more_bytes(count: usize) = "… and {count} more bytes", "……还有 {count} 字节";
    api_server_down = "API server stopped", "API server 已停止";
}

/// What the faults of one group are done to.
#[must_use]
pub fn target(language: Language, target: Target) -> &'static str {
    let (english, chinese) = match target {
        Target::Nothing => ("API server", "API server"),
        Target::Process => ("Components", "组件"),
        Target::Node => ("Nodes", "节点"),
        Target::Container => ("Containers", "容器"),
        Target::Pod => ("Pods", "Pod"),
        Target::Image => ("Images", "镜像"),
        Target::Watch => ("Watches", "watch"),
    };
    language.pick(english, chinese)
}

/// A fault's name on its button, and what there is to learn from it.
#[must_use]
pub fn fault(language: Language, name: &str) -> Option<(&'static str, &'static str)> {
    let (_, english, chinese) = FAULTS.iter().find(|(fault, _, _)| *fault == name)?;
    Some(language.pick(*english, *chinese))
}

type Said = (&'static str, &'static str);

const FAULTS: &[(&str, Said, Said)] = &[
    (
        "stop",
        (
            "Stop",
            "What it did stays; what it would have done does not happen.",
        ),
        ("停止", "它做过的还在；它本该做的不会发生。"),
    ),
    (
        "start",
        ("Start", "It lists everything it watches and catches up."),
        ("启动", "它把所关注的全部列出，然后赶上来。"),
    ),
    (
        "crash",
        (
            "Crash",
            "It forgets everything and comes back a second later. Nothing is lost that matters: the truth is in etcd.",
        ),
        (
            "崩溃",
            "它忘掉一切，一秒后回来。重要的没有丢：事实都在 etcd 里。",
        ),
    ),
    (
        "crash-after",
        (
            "Crash after one write",
            "It dies between two writes. Can it finish the job when it comes back?",
        ),
        ("写一次后崩溃", "它死在两次写入之间。回来后能把事情做完吗？"),
    ),
    (
        "stop-api-server",
        (
            "Stop the API server",
            "Nobody can read or write. What runs goes on running.",
        ),
        ("停止 API server", "谁都不能读写。正在运行的继续运行。"),
    ),
    (
        "start-api-server",
        ("Start the API server", "Everyone retries and catches up."),
        ("启动 API server", "所有组件重试并赶上来。"),
    ),
    (
        "cut-node",
        (
            "Cut the cable",
            "The node runs, but nobody hears from it. Is it dead? The control plane cannot tell.",
        ),
        (
            "拔掉网线",
            "节点还在运行，但没人听得到它。它死了吗？控制平面无法分辨。",
        ),
    ),
    (
        "reconnect-node",
        (
            "Plug it in again",
            "The node reports again, and learns what was decided meanwhile.",
        ),
        ("插回网线", "节点重新上报，并得知这期间的决定。"),
    ),
    (
        "kill-node",
        (
            "Cut the power",
            "Everything on it is gone. Leases expire, taints appear, pods come back elsewhere.",
        ),
        (
            "断电",
            "上面的一切都没了。租约过期，污点出现，Pod 在别处重生。",
        ),
    ),
    (
        "start-node",
        (
            "Switch it on",
            "The kubelet comes back and finds its containers gone.",
        ),
        ("通电", "kubelet 回来，发现容器都没了。"),
    ),
    (
        "kill-container",
        (
            "Kill the container",
            "The kubelet restarts it; again and again with longer and longer back-off.",
        ),
        ("杀死容器", "kubelet 会重启它；反复如此则退避越来越久。"),
    ),
    (
        "break-runtime",
        (
            "Break the container network",
            "The kubelet runs and says: not ready. The node is tainted, and its pods leave after five minutes.",
        ),
        (
            "弄坏容器网络",
            "kubelet 还在运行，并报告：未就绪。节点被打上污点，五分钟后 Pod 离开。",
        ),
    ),
    (
        "mend-runtime",
        (
            "Mend the container network",
            "The kubelet says: ready. The taint goes.",
        ),
        ("修好容器网络", "kubelet 报告：就绪。污点消失。"),
    ),
    (
        "load",
        (
            "Give the pod work",
            "It uses a whole core. kubectl top shows it; an autoscaler would act on it.",
        ),
        (
            "给 Pod 加负载",
            "它用掉一整个核。kubectl top 会显示；自动伸缩会据此行动。",
        ),
    ),
    (
        "break-image",
        (
            "Make it impossible to pull",
            "New pods that need it wait in ImagePullBackOff; those that run do not notice.",
        ),
        (
            "让它无法拉取",
            "需要它的新 Pod 停在 ImagePullBackOff；在运行的毫无察觉。",
        ),
    ),
    (
        "mend-image",
        (
            "Make it possible again",
            "The next try after the back-off succeeds.",
        ),
        ("恢复拉取", "退避之后的下一次尝试会成功。"),
    ),
    (
        "hold-watch",
        (
            "Hold events back",
            "Its cache grows stale. Decisions from a stale cache must do no harm.",
        ),
        ("扣住事件", "它的缓存变旧。凭旧缓存做的决定不能造成伤害。"),
    ),
    (
        "release-watch",
        ("Release them", "It catches up, one event at a time."),
        ("放行", "它一个事件一个事件地赶上来。"),
    ),
    (
        "drop-event",
        (
            "Lose the next event",
            "Its handlers never run for it. Does anything bring the key back?",
        ),
        (
            "丢掉下一个事件",
            "它的处理函数不会为此运行。还有什么会让这个 key 回来吗？",
        ),
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_has_a_name_and_a_lesson() {
        let names: Vec<&str> = crate::sim::faults::ALL
            .iter()
            .map(|info| info.name)
            .collect();
        assert_eq!(
            names,
            FAULTS.iter().map(|(name, _, _)| *name).collect::<Vec<_>>()
        );
    }
}
