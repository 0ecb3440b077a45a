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
        help,
    }
}

/// A flag that is there or not; `--flag=false` is not.
pub const fn switch(name: &'static str, short: &'static str, help: &'static str) -> Flag {
    value(name, short, "", help)
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
            let unknown = || format!("unknown shorthand flag: '{short}' in -{text}");
            let flag = flags
                .iter()
                .find(|f| f.short == short)
                .ok_or_else(unknown)?;
            rest = &rest[short.len()..];
            if flag.value.is_empty() {
                self.take(*flag, None, words, short)?;
                continue;
            }
            let inline = (!rest.is_empty()).then(|| rest.strip_prefix('=').unwrap_or(rest));
            return self.take(*flag, inline, words, &format!("'{short}' in -{text}"));
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
            None if flag.value.is_empty() => "true".to_owned(),
            None => words
                .next()
                .ok_or_else(|| format!("flag needs an argument: {spelled}"))?
                .clone(),
        };
        self.values.entry(flag.name).or_default().push(value);
        self.shorts.insert(flag.name, flag.short);
        Ok(())
    }

    /// The last value of a flag.
    #[must_use]
    pub fn get(&self, flag: &str) -> Option<&str> {
        self.values.get(flag)?.last().map(String::as_str)
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
        self.get(flag).is_some_and(|value| value != "false")
    }

    /// The value of a flag that is a number.
    ///
    /// # Errors
    /// `invalid argument "x" for "--replicas" flag: …`.
    pub fn number(&self, flag: &str) -> Result<Option<i64>, String> {
        let Some(text) = self.get(flag) else {
            return Ok(None);
        };
        let short = match self.shorts.get(flag) {
            None | Some(&"") => String::new(),
            Some(short) => format!("-{short}, "),
        };
        let invalid = |_| {
            format!(
                "invalid argument {text:?} for \"{short}--{flag}\" flag: strconv.ParseInt: parsing {text:?}: invalid syntax"
            )
        };
        text.parse().map(Some).map_err(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLAGS: &[Flag] = &[
        value("namespace", "n", "NAMESPACE", ""),
        value("output", "o", "FORMAT", ""),
        switch("all-namespaces", "A", ""),
        value("replicas", "", "N", ""),
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
            ("-Ao", "flag needs an argument: 'o' in -Ao"),
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
}
