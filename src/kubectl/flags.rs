//! A command's flags and arguments, as kubectl takes them: `-n x`, `-nx`, `--namespace=x`, `--namespace x`, flags anywhere.
//!
//! The real thing: spf13/pflag, whose errors these are.

use std::collections::BTreeMap;

/// A flag that a command knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// `namespace`.
    pub name: &'static str,
    /// `n`, or empty.
    pub short: &'static str,
    /// What stands for its value in the help; empty if the flag takes none.
    pub value: &'static str,
    /// Its value if it is given without one; empty if it must have one.
    pub bare: &'static str,
    /// What it does, for the help.
    pub help: &'static str,
}

/// A flag that takes a value.
pub const fn value(
    name: &'static str,
    short: &'static str,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        name,
        short,
        value,
        bare: "",
        help,
    }
}

/// A flag that takes a value, but only behind `=`; without one it has this.
pub const fn optional(
    name: &'static str,
    values: &'static str,
    bare: &'static str,
    help: &'static str,
) -> Flag {
    Flag {
        bare,
        ..value(name, "", values, help)
    }
}

/// A flag that is there or not; `--flag=false` is not.
pub const fn switch(name: &'static str, short: &'static str, help: &'static str) -> Flag {
    Flag {
        bare: "true",
        ..value(name, short, "", help)
    }
}

/// What was given.
#[derive(Clone, Debug, Default)]
pub struct Given {
    values: BTreeMap<&'static str, Vec<String>>,
    shorts: BTreeMap<&'static str, &'static str>,
    /// Everything that is no flag.
    pub args: Vec<String>,
    /// How many of these stand before `--`, if that was given.
    pub before_dashes: Option<usize>,
}

impl Given {
    /// Reads a command's words.
    ///
    /// # Errors
    /// `unknown flag: --x`, `unknown shorthand flag: 'x' in -x`, `flag needs an argument: --x`.
    pub fn read(words: &[String], flags: &[Flag]) -> Result<Self, String> {
        let mut given = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if word == "--" {
                given.before_dashes = Some(given.args.len());
                given.args.extend(words.by_ref().cloned());
            } else if let Some(long) = word.strip_prefix("--") {
                if long.starts_with(['-', '=']) {
                    return Err(format!("bad flag syntax: {word}"));
                }
                let (name, inline) = match long.split_once('=') {
                    Some((name, inline)) => (name, Some(inline)),
                    None => (long, None),
                };
                let flag = flags
                    .iter()
                    .find(|f| f.name == name)
                    .ok_or_else(|| format!("unknown flag: --{name}"))?;
                given.take(*flag, inline, &mut words, &format!("--{name}"))?;
            } else if word.len() > 1 && word.starts_with('-') {
                given.take_short(&word[1..], flags, &mut words)?;
            } else {
                given.args.push(word.clone());
            }
        }
        Ok(given)
    }

    /// `-A`, `-nx`, `-n x`, `-n=x`, `-Aowide`.
    fn take_short<'w>(
        &mut self,
        text: &str,
        flags: &[Flag],
        words: &mut impl Iterator<Item = &'w String>,
    ) -> Result<(), String> {
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let short = &rest[..first.len_utf8()];
            let unknown = || format!("unknown shorthand flag: '{short}' in -{rest}");
            let flag = flags
                .iter()
                .find(|f| f.short == short)
                .ok_or_else(unknown)?;
            let more = &rest[short.len()..];
            let inline = match more.strip_prefix('=') {
                Some(value) if !value.is_empty() => Some(value),
                _ if flag.bare.is_empty() && !more.is_empty() => Some(more),
                _ => None,
            };
            let spelled = format!("'{short}' in -{rest}");
            self.take(*flag, inline, words, &spelled)?;
            if inline.is_some() || flag.bare.is_empty() {
                return Ok(());
            }
            rest = more;
        }
        Ok(())
    }

    fn take<'w>(
        &mut self,
        flag: Flag,
        inline: Option<&str>,
        words: &mut impl Iterator<Item = &'w String>,
        spelled: &str,
    ) -> Result<(), String> {
        let value = match inline {
            Some(inline) => inline.to_owned(),
            None if !flag.bare.is_empty() => flag.bare.to_owned(),
            None => words
                .next()
                .ok_or_else(|| format!("flag needs an argument: {spelled}"))?
                .clone(),
        };
        if flag.value.is_empty() && !TRUE.contains(&&*value) && !FALSE.contains(&&*value) {
            let why = format!("strconv.ParseBool: parsing {value:?}: invalid syntax");
            return Err(invalid(flag.name, flag.short, &value, &why));
        }
        self.values.entry(flag.name).or_default().push(value);
        self.shorts.insert(flag.name, flag.short);
        Ok(())
    }

    /// The last value of a flag.
    #[must_use]
    pub fn get(&self, flag: &str) -> Option<&str> {
        self.values.get(flag)?.last().map(String::as_str)
    }

    /// Takes this for the value of a flag, whatever was said.
    pub fn set(&mut self, flag: &'static str, value: &str) {
        self.values.insert(flag, vec![value.to_owned()]);
    }

    /// All values of a flag, also those separated by commas.
    #[must_use]
    pub fn all(&self, flag: &str) -> Vec<String> {
        let values = self.values.get(flag).into_iter().flatten();
        values
            .flat_map(|value| value.split(','))
            .map(str::to_owned)
            .collect()
    }

    /// All values of a flag, each as it is.
    #[must_use]
    pub fn each(&self, flag: &str) -> &[String] {
        self.values.get(flag).map_or(&[], Vec::as_slice)
    }

    /// Was a switch set?
    #[must_use]
    pub fn is_set(&self, flag: &str) -> bool {
        self.get(flag).is_some_and(|value| !FALSE.contains(&value))
    }

    /// The value of a flag that is a number.
    ///
    /// # Errors
    /// `invalid argument "x" for "--replicas" flag: …`.
    pub fn number(&self, flag: &str) -> Result<Option<i64>, String> {
        let Some(text) = self.get(flag) else {
            return Ok(None);
        };
        let short = self.shorts.get(flag).copied().unwrap_or_default();
        let wrong = |why| {
            let why = format!("strconv.ParseInt: parsing {text:?}: {why}");
            invalid(flag, short, text, &why)
        };
        integer(text).map(Some).map_err(wrong)
    }
}

/// How Go spells that it is so.
pub const TRUE: [&str; 6] = ["1", "t", "T", "true", "TRUE", "True"];
/// How Go spells that it is not so.
pub const FALSE: [&str; 6] = ["0", "f", "F", "false", "FALSE", "False"];

/// `invalid argument "x" for "-A, --all-namespaces" flag: …`.
fn invalid(name: &str, short: &str, value: &str, why: &str) -> String {
    let short = match short {
        "" => String::new(),
        short => format!("-{short}, "),
    };
    format!("invalid argument {value:?} for \"{short}--{name}\" flag: {why}")
}

/// A number as Go writes it: `0x10`, `010` and `0o10`, `0b10`, `1_000`.
fn integer(text: &str) -> Result<i64, &'static str> {
    const WRONG: &str = "invalid syntax";
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let lower = digits.to_ascii_lowercase();
    let (radix, rest) = match lower.get(..2) {
        Some("0x") => (16, &lower[2..]),
        Some("0o") => (8, &lower[2..]),
        Some("0b") => (2, &lower[2..]),
        Some(_) if lower.starts_with('0') => (8, &lower[1..]),
        _ => (10, &*lower),
    };
    // Underscores stand between digits, or behind the prefix.
    let is_prefixed = rest.len() < lower.len();
    let bare = rest.strip_prefix('_').filter(|_| is_prefixed);
    let mut parts = bare.unwrap_or(rest).split('_');
    if parts.any(|part| part.is_empty() || !part.chars().all(|c| c.is_digit(radix))) {
        return Err(WRONG);
    }
    let sign = if text.starts_with('-') { "-" } else { "" };
    let plain = format!("{sign}{}", rest.replace('_', ""));
    i64::from_str_radix(&plain, radix).map_err(|_| "value out of range")
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        value("namespace", "n", "NAMESPACE", ""),
        value("output", "o", "FORMAT", ""),
        switch("all-namespaces", "A", ""),
        value("replicas", "", "N", ""),
        optional("cascade", "HOW", "background", ""),
    ];

    fn read(line: &str) -> Result<Given, String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        Given::read(&words, FLAGS)
    }

    #[test]
    fn flags_stand_anywhere_in_any_notation() {
        for line in [
            "get -n x -o wide pods",
            "get pods -nx -owide",
            "get --namespace=x pods --output wide",
            "-n=x get pods -o=wide",
        ] {
            let given = read(line).expect(line);
            assert_eq!(
                (given.get("namespace"), given.get("output")),
                (Some("x"), Some("wide")),
                "{line}"
            );
            assert_eq!(given.args, ["get", "pods"], "{line}");
        }
        let given = read("-Ao wide -- -n").expect("fine");
        assert!(given.is_set("all-namespaces") && !given.is_set("namespace"));
        assert_eq!(given.args, ["-n"]);
        assert!(
            !read("--all-namespaces=false")
                .expect("fine")
                .is_set("all-namespaces")
        );
    }

    #[test]
    fn mistakes_are_told_in_kubectls_words() {
        let cases = [
            ("--foo", "unknown flag: --foo"),
            ("-x", "unknown shorthand flag: 'x' in -x"),
            ("--namespace", "flag needs an argument: --namespace"),
            ("-Ao", "flag needs an argument: 'o' in -o"),
            ("-Ax", "unknown shorthand flag: 'x' in -x"),
            ("-A=", "unknown shorthand flag: '=' in -="),
            ("---", "bad flag syntax: ---"),
            ("--=x", "bad flag syntax: --=x"),
            (
                "-A=x",
                "invalid argument \"x\" for \"-A, --all-namespaces\" flag: strconv.ParseBool: parsing \"x\": invalid syntax",
            ),
            (
                "--all-namespaces=",
                "invalid argument \"\" for \"-A, --all-namespaces\" flag: strconv.ParseBool: parsing \"\": invalid syntax",
            ),
        ];
        for (line, want) in cases {
            assert_eq!(read(line).err().as_deref(), Some(want), "{line}");
        }
        let wrong = read("--replicas x").expect("fine").number("replicas");
        assert_eq!(
            wrong.err().as_deref(),
            Some(
                "invalid argument \"x\" for \"--replicas\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"
            )
        );
    }

    #[test]
    fn switches_are_set_as_go_reads_them() {
        let cases = [
            ("-A", true),
            ("-A=false", false),
            ("-A=t", true),
            ("--all-namespaces=F", false),
            ("--all-namespaces=1", true),
            ("-A -A=0", false),
            ("-n=x", false),
        ];
        for (line, want) in cases {
            let given = read(line).expect(line);
            assert_eq!(given.is_set("all-namespaces"), want, "{line}");
        }
        let given = read("--cascade orphan -n=").expect("fine");
        assert_eq!(given.get("cascade"), Some("background"));
        assert_eq!(given.args, ["orphan"], "only behind a sign of equality");
        assert_eq!(given.get("namespace"), Some("="));
    }

    #[test]
    fn numbers_are_read_as_go_reads_them() {
        let cases = [
            ("7", Ok(7)),
            ("-7", Ok(-7)),
            ("+7", Ok(7)),
            ("0", Ok(0)),
            ("-0", Ok(0)),
            ("0x1F", Ok(31)),
            ("010", Ok(8)),
            ("0o17", Ok(15)),
            ("-0b11", Ok(-3)),
            ("1_000", Ok(1000)),
            ("0x_1", Ok(1)),
            ("", Err("invalid syntax")),
            ("-", Err("invalid syntax")),
            ("0x", Err("invalid syntax")),
            ("08", Err("invalid syntax")),
            ("_1", Err("invalid syntax")),
            ("1_", Err("invalid syntax")),
            ("1__0", Err("invalid syntax")),
            ("1.5", Err("invalid syntax")),
            (" 1", Err("invalid syntax")),
            ("9223372036854775808", Err("value out of range")),
        ];
        for (text, want) in cases {
            assert_eq!(integer(text), want, "{text:?}");
        }
    }
}
