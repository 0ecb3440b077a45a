//! The words of the dock: what just happened, objects, events, truth and belief, faults.

use super::words;

words! {
    what_just_happened = "What just happened", "刚刚发生了什么";
    objects = "Objects", "对象";
    events = "Events", "事件";
    truth_and_belief = "Truth & belief", "事实与所信";
    faults = "Faults", "故障";
}
