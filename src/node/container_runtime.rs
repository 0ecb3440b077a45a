//! The container runtime.
use crate::api::Name;
use crate::api::time::Ms;
use crate::component::{Machine, RuntimeCall, RuntimeError, Urgency};
/// What is finished.
pub struct Finished {
    /// The pods to tell the kubelet of.
    pub pods: Vec<Name>,
    /// What, in words.
    pub what: String,
}
/// A call.
/// # Errors
/// The runtime's.
pub fn call(_machine: &mut Machine, _call: &RuntimeCall, _now_ms: Ms) -> Result<(), RuntimeError> {
    Ok(())
}
/// Finishes.
pub fn finish(_machine: &mut Machine, _now_ms: Ms) -> Option<Finished> {
    None
}
/// Next.
#[must_use]
pub fn next_due(_machine: &Machine) -> Option<(Ms, Urgency)> {
    None
}
/// Kills.
/// # Errors
/// In words.
pub fn kill_container(
    _machine: &mut Machine,
    _pod: &str,
    _container: &str,
    _code: i32,
    _now_ms: Ms,
) -> Result<(), String> {
    Ok(())
}
/// Off.
pub fn power_off(machine: &mut Machine, _now_ms: Ms) {
    machine.powered = false;
}
/// On.
pub fn power_on(machine: &mut Machine) {
    machine.powered = true;
}
