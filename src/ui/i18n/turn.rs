//! The words of "What just happened", and why each difference matters.

use super::{Language, words};

words! {
    observe = "Observe", "观察";
    diff = "Diff", "比较";
    act = "Act", "行动";
    observe_note = "reads, changes nothing", "只读，不改变任何东西";
    diff_note = "desired against actual", "期望与实际相比";
    act_note = "sends requests", "发出请求";
    because = "Because", "起因";
    step(number: u64) = "step {number}", "第 {number} 步";
    wrote(key: &str, verb: &str, revision: u64) = "{verb} {key} (revision {revision})", "{verb} {key}（版本 {revision}）";
    added = "created", "创建了";
    modified = "changed", "修改了";
    deleted = "deleted", "删除了";
    reconciles = "reconciles", "调谐";
    seeks_a_node = "seeks a node for", "正在寻找节点：";
    looks_after = "looks after", "照看";
    programs = "programs the rules of", "编写规则：";
    hears_of = "hears of", "得知";
    cause_start = "it has just started and lists everything it watches", "它刚启动，先把所关注的对象全部列出";
    cause_timer = "it had asked to be woken now", "它之前约定此时再看一次";
    cause_retry(failures: u32) = "its last try was refused; back-off after {failures} failures is over", "上一次被拒绝；第 {failures} 次失败后的退避时间已到";
    cause_machine = "the container runtime reported a change", "容器运行时报告了变化";
    desired = "desired", "期望";
    actual = "actual", "实际";
    nothing = "nothing", "无";
    nothing_differs = "Nothing differs: nothing to do.", "没有差异：什么也不用做。";
    compare_next = "Next: compare what it wants with what it saw.", "接下来：把期望与观察到的相比较。";
    act_next(count: usize) = "Next: {count} to do, one at a time.", "接下来：{count} 件事，一件一件做。";
    no_facts = "It needed to look at nothing.", "它不需要查看任何东西。";
    no_requests = "No requests: the loop rests here until something changes.", "没有请求：在有变化之前，循环停在这里。";
    next = "next", "下一个";
    waiting = "waiting", "等待";
    dropped = "not done", "未执行";
    more(count: usize) = "and {count} more like these", "以及另外 {count} 个类似的";
    crashed = "The process crashed here: what was not done is not done, and everything it remembered is lost.", "进程在这里崩溃：没做的就没做，它记住的一切也都丢失。";
    closes(number: usize) = "closes difference {number}", "消除差异 {number}";
    event_text(woke: usize) = "Its cache moves on, and {woke} keys go into its work queue.", "它的缓存前进了一步，{woke} 个 key 进入工作队列。";
    event_none = "Its cache moves on; the change concerns none of its keys.", "它的缓存前进了一步；这个变化与它的任何 key 无关。";
    cache_now_at(revision: u64) = "its cache of this kind is now at revision {revision}", "这类对象的缓存现在位于版本 {revision}";
    woke = "woke", "唤醒";
    you = "You", "你";
    you_sent = "sent a request", "发出了请求";
    you_broke = "broke or mended something", "制造或修复了一个故障";
    user_note = "From now on the control plane works towards it. Press Step to see who notices first.", "从现在起，控制平面会向它靠拢。按“单步”，看谁最先注意到。";
    refused_note = "The API server refused. Nothing has changed.", "API server 拒绝了。什么都没有改变。";
    fault_note = "Nobody is told. Watch who finds out, how, and when.", "没有人会被通知。看看谁会发现、怎样发现、何时发现。";
    machine_head = "Something finished on", "有事情完成了，在节点";
    machine_note = "This happened outside etcd, in the real world of containers. The kubelet notices and looks again.", "这发生在 etcd 之外，在容器的真实世界里。kubelet 注意到后会再看一遍。";
    started_head = "came up", "启动了";
    started_note = "It remembers nothing. It lists everything it watches, and wakes every key once.", "它什么都不记得。它列出所关注的一切，并把每个 key 唤醒一次。";
    waited_head(seconds: String) = "{seconds} s went by", "过去了 {seconds} 秒";
    waited_note = "Nothing was due.", "没有到期的事情。";
    start_head = "The loop that runs everything", "一切都由这个循环驱动";
    start_lead = "Every component does three things, again and again. Apply the Deployment on the left, then press Step and watch it happen.", "每个组件只会三件事，一再重复。应用左侧的 Deployment，再按“单步”看着它发生。";
    start_observe = "A component reads its own cache. Watch events keep the cache fresh, so it can lag behind etcd.", "组件读的是自己的缓存。watch 事件让缓存保持新鲜，所以它可能落后于 etcd。";
    start_diff = "It compares the spec (desired) with what it sees (actual). If nothing differs, it does nothing.", "它把 spec（期望）与看到的（实际）相比。没有差异就什么也不做。";
    start_act = "Each difference becomes a request to the API server. The answer is a new event, and the loop begins again.", "每个差异变成一个发给 API server 的请求。结果又是一个新事件，循环再次开始。";
    settled_head = "Why is nothing happening?", "为什么什么都没发生？";
    settled_note = "Settled: desired and actual agree as far as they can. Only housekeeping goes on, such as leases being renewed.", "已稳定：期望与实际已尽可能一致。只剩日常事务，例如续租 Lease。";
    settled_next(who: &str, seconds: String) = "Next in line: {who}, in {seconds} s.", "接下来：{who}，{seconds} 秒后。";
    waits_head = "What is it waiting for?", "它在等什么？";
    waits_one(who: &str, seconds: String) = "{who}, due in {seconds} s", "{who}，{seconds} 秒后到期";
    not_simulated = "not simulated", "未模拟";
    scheduling_caption = "Filter and score", "过滤与打分";
    node = "Node", "节点";
    filter = "Filter", "过滤";
    score_by_weight = "Score × weight", "得分 × 权重";
    total = "Total", "总分";
    filtered_out = "filtered out", "已被过滤";
    only_one = "the only one left: no need to score", "只剩这一个：无需打分";
    sampled(evaluated: usize, total: usize) = "{evaluated} of {total} nodes were looked at (percentageOfNodesToScore)", "查看了 {total} 个节点中的 {evaluated} 个（percentageOfNodesToScore）";
    too_many_nodes = "The cluster is too large to keep the table for every pod.", "集群太大，无法为每个 Pod 保留这张表。";
}

/// Why a difference with this reason matters, in one sentence. A test holds that every reason in the model has one.
#[must_use]
pub fn why(language: Language, reason: &str) -> Option<&'static str> {
    let (_, english, chinese) = REASONS.iter().find(|(name, _, _)| *name == reason)?;
    Some(match language {
        Language::English => english,
        Language::Chinese => chinese,
    })
}

/// Every reason of the model's differences.
const REASONS: &[(&str, &str, &str)] = &[
    (
        "AnnotationsOutOfDate",
        "The ReplicaSet should carry what the Deployment says of it.",
        "ReplicaSet 上的注解应与 Deployment 所说的一致。",
    ),
    (
        "ContainerChanged",
        "The container no longer matches the pod's spec.",
        "容器与 Pod 的 spec 不再一致。",
    ),
    (
        "ContainerNotRunning",
        "The spec has a container that the machine does not run.",
        "spec 里有这个容器，机器上却没有运行。",
    ),
    (
        "ContainerResized",
        "The container has other amounts of CPU or memory than were granted to its pod.",
        "容器的 CPU 或内存与已批准给 Pod 的数量不一致。",
    ),
    (
        "ContainerStillRunning",
        "The pod is being deleted and the container still runs.",
        "Pod 正在删除，而容器还在运行。",
    ),
    (
        "ContainerUnhealthy",
        "Its liveness probe fails: it is to be restarted.",
        "存活探针失败：需要重启它。",
    ),
    (
        "DependentsAreToStay",
        "The owner is deleted and its dependents are to stay: they are let go first.",
        "主人要删除而从属要保留：先让它们脱离归属。",
    ),
    (
        "EndpointsOutOfDate",
        "The list of addresses does not match the pods that are ready.",
        "地址列表与就绪的 Pod 不一致。",
    ),
    (
        "FinalizerMissing",
        "Nothing would keep it while it is needed.",
        "还没有终结器在它被需要时留住它。",
    ),
    (
        "GracePeriodShortened",
        "The pod is to be gone sooner than it was told before.",
        "要求 Pod 比之前更早消失。",
    ),
    (
        "ImageMissing",
        "The image is not on this node yet.",
        "这个节点上还没有该镜像。",
    ),
    (
        "LabelOutOfDate",
        "A label that others select by is wrong.",
        "其他对象用来选择的标签不对。",
    ),
    (
        "LeaseMissing",
        "The node has no Lease yet: nobody would notice if it died.",
        "节点还没有 Lease：它死了也没人发现。",
    ),
    (
        "LeaseNotRead",
        "After a start the kubelet first looks whether its Lease is there.",
        "启动之后，kubelet 先看看自己的 Lease 是否存在。",
    ),
    (
        "LeaseRenewalDue",
        "Time to say again that this node is alive.",
        "该再次报告这个节点还活着了。",
    ),
    (
        "MatchingOrphan",
        "The pod matches the selector and belongs to nobody: it can be adopted.",
        "这个 Pod 符合选择器又没有主人：可以收养。",
    ),
    (
        "NewReplicaSetNeeded",
        "No ReplicaSet has this pod template yet.",
        "还没有 ReplicaSet 使用这个 Pod 模板。",
    ),
    (
        "NoLongerInUse",
        "Nobody uses the volume or claim any more, so nothing protects it from being deleted.",
        "没有谁再使用这个卷或申领，因此不再需要保护它不被删除。",
    ),
    (
        "NoLongerMatching",
        "The object no longer matches the selector: it is let go.",
        "对象不再符合选择器：放手。",
    ),
    (
        "NodeConditionOutOfDate",
        "A condition of the node is not as it was last seen.",
        "节点的某个状况与最近所见不符。",
    ),
    (
        "NodeImagesOutOfDate",
        "The node has other images than its status lists.",
        "节点上的镜像与 status 所列不同。",
    ),
    (
        "NodeIsNotReady",
        "A pod on a node that is not ready cannot be ready.",
        "节点未就绪，上面的 Pod 也不能算就绪。",
    ),
    (
        "NodeMissing",
        "The machine is not known to the cluster yet.",
        "集群还不认识这台机器。",
    ),
    (
        "NodeReportDue",
        "Time to report the node's state.",
        "该上报节点状态了。",
    ),
    (
        "NodeStatusOutOfDate",
        "What the Node says is not how the machine is.",
        "Node 上写的与机器的实际不符。",
    ),
    (
        "OldRevisionMustGoFirst",
        "Recreate: the old pods must be gone before new ones come.",
        "Recreate：旧 Pod 必须先全部消失。",
    ),
    (
        "OwnerNotInCache",
        "The owner is not in the cache: ask the API server before anything is deleted.",
        "缓存里没有主人：删除任何东西之前，先问 API server。",
    ),
    (
        "PodCompleted",
        "All containers are done.",
        "所有容器都已结束。",
    ),
    (
        "PodFailed",
        "The pod has failed for good.",
        "Pod 已彻底失败。",
    ),
    (
        "PodFinished",
        "The pod has run its course.",
        "Pod 已走完自己的一生。",
    ),
    (
        "PodGone",
        "The API server no longer has this pod; its containers must go.",
        "API server 已没有这个 Pod；它的容器必须消失。",
    ),
    (
        "PodNotDeleted",
        "Everything on the machine is cleaned up; now the object can go.",
        "机器上已清理干净；对象可以删除了。",
    ),
    (
        "PodTerminated",
        "Everything on the machine has stopped; now the object can go.",
        "机器上的一切都已停止；对象可以删除了。",
    ),
    (
        "PodTerminating",
        "The pod is being deleted: its containers are asked to stop.",
        "Pod 正在删除：请求容器停止。",
    ),
    (
        "ProbeDue",
        "Time to ask the container how it is.",
        "该问问容器的状况了。",
    ),
    (
        "ProbeResultChanged",
        "The probes have come to another verdict.",
        "探针得出了不同的结论。",
    ),
    (
        "ReferenceUnknown",
        "The pod refers to something that the kubelet has not read yet.",
        "Pod 引用了 kubelet 尚未读取的东西。",
    ),
    (
        "RevisionHistoryLimitExceeded",
        "More old ReplicaSets are kept than revisionHistoryLimit allows.",
        "保留的旧 ReplicaSet 超过了 revisionHistoryLimit。",
    ),
    (
        "RevisionOutOfDate",
        "The revision number has moved on.",
        "修订号已经前进。",
    ),
    (
        "RolloutContinues",
        "New pods are available: old ones may go, more new ones may come.",
        "新 Pod 已可用：旧的可以退出，新的可以再来。",
    ),
    (
        "RootCaChanged",
        "The certificate in this namespace is not the API server's.",
        "此命名空间里的证书不是 API 服务器的证书。",
    ),
    (
        "RootCaMissing",
        "Every namespace needs the API server's certificate, so that its pods can know it.",
        "每个命名空间都需要 API 服务器的证书，供其中的 Pod 识别它。",
    ),
    (
        "RuleMissing",
        "This node does not yet know where to send the Service's traffic.",
        "这个节点还不知道把 Service 的流量送到哪里。",
    ),
    (
        "RuleOutOfDate",
        "This node sends the Service's traffic to yesterday's pods.",
        "这个节点仍把 Service 的流量送给旧的 Pod。",
    ),
    (
        "RulesNotGathered",
        "The role does not have the rules of all the roles that it gathers.",
        "该角色还没有汇总它所选取的全部角色的规则。",
    ),
    (
        "SandboxMissing",
        "The pod has no network namespace and no address yet.",
        "Pod 还没有网络命名空间，也没有地址。",
    ),
    (
        "SandboxNotNeeded",
        "The pod is over; its network namespace can go.",
        "Pod 已结束；它的网络命名空间可以回收。",
    ),
    (
        "ScaledInProportion",
        "A rollout is under way: the change is shared out among the ReplicaSets.",
        "滚动更新进行中：变化按比例分给各个 ReplicaSet。",
    ),
    (
        "ServiceAccountMissing",
        "Every namespace needs its default ServiceAccount.",
        "每个命名空间都需要默认的 ServiceAccount。",
    ),
    (
        "SliceNeeded",
        "There are endpoints that no slice lists.",
        "有些端点没有列在任何 slice 里。",
    ),
    (
        "SliceNotNeeded",
        "The slice lists nothing any more.",
        "这个 slice 已不再列出任何端点。",
    ),
    (
        "SpecOutOfDate",
        "The spec does not say what its owner wants.",
        "spec 与其主人的期望不一致。",
    ),
    (
        "StatusOutOfDate",
        "What the status says is not what was seen.",
        "status 所写与所见不符。",
    ),
    (
        "TaintMissing",
        "The node is in a condition that pods must be warned of.",
        "节点处于需要警告 Pod 的状态。",
    ),
    (
        "TaintNotTolerated",
        "The pod does not tolerate the node's taint, or not for that long.",
        "Pod 不容忍节点的污点，或者容忍时间已到。",
    ),
    (
        "TaintOutdated",
        "The node has recovered: the warning can go.",
        "节点已恢复：警告可以撤下。",
    ),
    (
        "TolerationEnded",
        "The time for which the pod tolerates the taint is over.",
        "Pod 对污点的容忍时间已到。",
    ),
    (
        "TooFewReplicas",
        "There are fewer pods than wanted: some must be created.",
        "Pod 比期望的少：要创建一些。",
    ),
    (
        "TooManyReplicas",
        "There are more pods than wanted: some must go.",
        "Pod 比期望的多：要删掉一些。",
    ),
    (
        "UnhealthyReplicas",
        "Old pods that never became healthy go first.",
        "从未健康过的旧 Pod 先退出。",
    ),
    (
        "Unschedulable",
        "No node can take the pod; it says so in its status.",
        "没有节点能接收这个 Pod；在状态里说明原因。",
    ),
    (
        "Unscheduled",
        "The pod has no node yet.",
        "这个 Pod 还没有节点。",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    /// The reasons in the sources: the last argument of `differs(…)`, where it is a literal, and constants named `…: &str = "Reason"`.
    fn reasons_in(folder: &Path, found: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the folder is there") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                reasons_in(&path, found);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (at, _) in code.match_indices("differs(") {
                let call = &code[at..];
                let end = call.find(");").unwrap_or(call.len());
                let last = call[..end]
                    .trim_end()
                    .trim_end_matches(',')
                    .rsplit(',')
                    .next()
                    .unwrap_or_default()
                    .trim();
                if let Some(reason) = last
                    .strip_prefix('"')
                    .and_then(|rest| rest.strip_suffix('"'))
                {
                    found.insert(reason.to_owned());
                }
            }
        }
    }

    #[test]
    fn every_reason_is_explained_in_both_languages() {
        let mut found = BTreeSet::new();
        for folder in ["src/control_plane", "src/node"] {
            reasons_in(
                &Path::new(env!("CARGO_MANIFEST_DIR")).join(folder),
                &mut found,
            );
        }
        assert!(found.len() > 10, "the sources are read: {found:?}");
        let missing: Vec<&String> = found
            .iter()
            .filter(|reason| why(Language::English, reason).is_none())
            .collect();
        assert!(
            missing.is_empty(),
            "give these a sentence in REASONS: {missing:?}"
        );
    }

    #[test]
    fn reasons_are_sorted_and_said_once() {
        let names: Vec<&str> = REASONS.iter().map(|(name, _, _)| *name).collect();
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(names, sorted);
    }
}
