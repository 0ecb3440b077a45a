//! The table of messages: `messages.txt`, read once.
//!
//! A line without indentation names a message; those below it are its fields: number, name in JSON, type. Before the type, `[]` stands
//! for a list, `{}` for a map whose keys are text, `?` for something that may be zero without being absent, and `+` for a message whose
//! fields are the outer one's in JSON.

use std::collections::BTreeMap;
use std::sync::OnceLock;

/// All messages that there are.
pub(super) struct Messages {
    all: Vec<Message>,
    by_name: BTreeMap<&'static str, usize>,
}

/// One message: its fields by number.
pub(super) struct Message {
    fields: BTreeMap<u32, Field>,
}

/// One field of a message.
pub(super) struct Field {
    /// Its name in JSON.
    pub(super) name: &'static str,
    /// One, many or named.
    pub(super) label: Label,
    /// What one of them is.
    pub(super) of: Type,
}

/// How often a field stands in a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Label {
    /// At most once. Go's JSON has no zero of it.
    One,
    /// At most once, and zero is not the same as nothing.
    Pointer,
    /// At most once, and its fields are the outer message's in JSON.
    Inline,
    /// Any number, a list in JSON.
    List,
    /// Entries of key and value, an object in JSON.
    Map,
}

/// What a field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Type {
    /// Text.
    Text,
    /// A whole number, 32 or 64 bits.
    Integer,
    /// True or false.
    Boolean,
    /// Bytes, base64 in JSON.
    Bytes,
    /// A number with a fraction, only in the schemas of custom resources.
    Double,
    /// `metav1.Time`.
    Time,
    /// `metav1.MicroTime`.
    MicroTime,
    /// `resource.Quantity`.
    Quantity,
    /// `intstr.IntOrString`.
    IntOrString,
    /// JSON in bytes: `FieldsV1`, `RawExtension`, defaults of custom resources.
    Json,
    /// A list of texts in a message of its own: `ExtraValue`.
    Texts,
    /// A schema or a list, of schemas or of texts.
    SchemaOrList,
    /// A schema or a truth value.
    SchemaOrBoolean,
    /// A message: its place in [`Messages`].
    Message(usize),
}

impl Messages {
    /// The table.
    pub(super) fn get() -> &'static Self {
        static MESSAGES: OnceLock<Messages> = OnceLock::new();
        MESSAGES.get_or_init(|| Self::parse(include_str!("messages.txt")))
    }

    fn parse(text: &'static str) -> Self {
        let names = text.lines().filter(|line| !line.starts_with(' '));
        let by_name: BTreeMap<&str, usize> =
            names.enumerate().map(|(at, name)| (name, at)).collect();
        let mut all: Vec<Message> = Vec::with_capacity(by_name.len());
        for line in text.lines() {
            let Some(field) = line.strip_prefix(' ') else {
                let fields = BTreeMap::new();
                all.push(Message { fields });
                continue;
            };
            let mut words = field.splitn(3, ' ');
            let mut word = || words.next().expect("a field is three words");
            let number = word().parse().expect("a field's number");
            let name = word();
            let (label, of) = parse_type(word(), &by_name);
            let message = all.last_mut().expect("a name stands above the fields");
            message.fields.insert(number, Field { name, label, of });
        }
        Self { all, by_name }
    }

    /// The message of this name: `core.v1.Pod`.
    pub(super) fn named(&self, name: &str) -> Option<&Message> {
        self.by_name.get(name).map(|at| &self.all[*at])
    }

    /// The message at this place.
    pub(super) fn at(&self, place: usize) -> &Message {
        &self.all[place]
    }

    /// The message of an object. Groups are named after their packages' first word; options are the same in every group.
    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<&Message> {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        let package = match group.split('.').next() {
            None | Some("") => "core",
            Some(package) => package,
        };
        match kind {
            "DeleteOptions" => self.named("meta.v1.DeleteOptions"),
            _ => self.named(&format!("{package}.{version}.{kind}")),
        }
    }
}

impl Message {
    /// The field of this number; `None` if Kubernetes 1.33 has none.
    pub(super) fn field(&self, number: u32) -> Option<&Field> {
        self.fields.get(&number)
    }
}

fn parse_type(text: &str, by_name: &BTreeMap<&str, usize>) -> (Label, Type) {
    let labels = [
        ("[]", Label::List),
        ("{}", Label::Map),
        ("?", Label::Pointer),
        ("+", Label::Inline),
    ];
    let labelled = labels
        .into_iter()
        .find_map(|(prefix, label)| Some((label, text.strip_prefix(prefix)?)));
    let (label, name) = labelled.unwrap_or((Label::One, text));
    let of = match name {
        "string" => Type::Text,
        "int" => Type::Integer,
        "bool" => Type::Boolean,
        "bytes" => Type::Bytes,
        "double" => Type::Double,
        "time" => Type::Time,
        "microtime" => Type::MicroTime,
        "quantity" => Type::Quantity,
        "intorstring" => Type::IntOrString,
        "json" => Type::Json,
        "list" => Type::Texts,
        "schemaorlist" => Type::SchemaOrList,
        "schemaorbool" => Type::SchemaOrBoolean,
        message => Type::Message(*by_name.get(message).expect("a message of the table")),
    };
    (label, of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::control_plane::apiserver::resources::Resource;

    #[test]
    fn every_kind_that_can_be_sent_has_a_message() {
        for resource in Resource::all() {
            if !resource.verbs.contains(&"create") {
                continue;
            }
            let message = Messages::get().of_kind(&resource.api_version(), &resource.kind);
            assert!(
                message.is_some(),
                "add {} {} to tools/protobuf-messages.mjs and run it",
                resource.api_version(),
                resource.kind
            );
            let taken = |verb: &&str| ["create", "update"].contains(verb);
            for part in &resource.subresources {
                if !part.verbs.iter().any(taken) || part.kind.ends_with("Options") {
                    continue;
                }
                let api_version = format!("{}/{}", part.group, part.version);
                let message = Messages::get().of_kind(&api_version, &part.kind);
                assert!(message.is_some(), "{part:?}");
            }
        }
    }

    #[test]
    fn an_inline_message_is_one_of_the_table() {
        for message in &Messages::get().all {
            for field in message.fields.values() {
                let is_message = matches!(field.of, Type::Message(_));
                assert!(field.label != Label::Inline || is_message, "{}", field.name);
                assert_eq!(field.name == "-", field.label == Label::Inline);
            }
        }
    }
}
