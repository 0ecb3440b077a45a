//! `kubectl --help`, and that of each command.
//!
//! Left out: kubectl's own words; they fill pages.

use super::flags::Flag;
use super::{COMMANDS, COMMON, Command, printers};

/// All commands.
pub(super) fn help() -> String {
    let rows: Vec<Vec<String>> = COMMANDS
        .iter()
        .map(|command| vec![format!("  {}", command.name), command.about.to_owned()])
        .collect();
    format!("Commands:\n{}", printers::tabulate(&rows))
}

/// One of them, and its flags.
pub(super) fn help_of(command: &Command) -> String {
    let row = |flag: &Flag| {
        let short = if flag.short.is_empty() {
            "    ".to_owned()
        } else {
            format!("-{}, ", flag.short)
        };
        let value = match (flag.value, flag.bare) {
            ("", _) => String::new(),
            (value, "") => format!(" {value}"),
            (value, _) => format!("[={value}]"),
        };
        vec![
            format!("  {short}--{}{value}", flag.name),
            flag.help.to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = command.flags.iter().chain(COMMON).map(row).collect();
    format!(
        "{}\n\nUsage:\n  kubectl {}\n\nOptions:\n{}",
        command.about,
        command.usage,
        printers::tabulate(&rows)
    )
}
