//! Objects as `kubectl get` prints them: tables, names, JSON, YAML.
//!
//! The real thing: cli-runtime's pkg/printers (`TablePrinter`, `NamePrinter`, `JSONPrinter`, `YAMLPrinter`), kubectl's pkg/cmd/get/get.go,
//! Go's text/tabwriter with kubectl's settings.
//! Left out: `-o jsonpath`, `-o custom-columns`, `-o go-template`, `--show-kind`.

use crate::api::custom::{CustomColumn, Definitions};
use crate::api::time::Ms;
use crate::api::yaml::to_yaml;
use crate::api::{Kind, Object, managed_fields};
use serde_json::{Map, Value};

/// What `-o` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Format {
    /// A table, without the wide columns.
    #[default]
    Table,
    /// A table with all columns.
    Wide,
    /// `deployment.apps/web`, one per line.
    Name,
    /// The object, or a `List` of several.
    Json,
    /// The same as YAML.
    Yaml,
}

impl Format {
    /// Reads what stands behind `-o` of a command that prints in these formats; empty is the table.
    ///
    /// # Errors
    /// In kubectl's words, with all formats that it has; one of them that there is not here is refused as that.
    pub fn read(text: &str, formats: Formats) -> Result<Self, String> {
        Ok(match (text.to_ascii_lowercase().as_str(), formats) {
            ("", _) => Self::Table,
            ("name", _) => Self::Name,
            ("json", _) => Self::Json,
            ("yaml", _) => Self::Yaml,
            _ if text == "wide" && formats == Formats::OfGet => Self::Wide,
            _ => return Err(unprintable(text, formats)),
        })
    }
}

/// In what a command can print.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Formats {
    /// What prints tables as well.
    OfGet,
    /// What says what it did.
    OfOthers,
}

/// Those of all commands; after them comes `yaml`.
const FORMATS: &str = "go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile";

fn unprintable(text: &str, formats: Formats) -> String {
    let (before, behind) = match formats {
        Formats::OfGet => ("custom-columns,custom-columns-file,", ",wide"),
        Formats::OfOthers => ("", ""),
    };
    let all = format!("{before}{FORMATS}{behind},yaml");
    let (name, template) = match text.split_once('=') {
        Some((name, template)) => (name, Some(template)),
        None => (text, None),
    };
    let takes_template = !matches!(name, "json" | "name" | "wide" | "yaml");
    if !takes_template || !all.split(',').any(|format| format == name) {
        return format!(
            "unable to match a printer suitable for the output format {text:?}, allowed formats are: {all}"
        );
    }
    if template.is_none_or(str::is_empty) {
        let what = if name.starts_with("custom-columns") {
            "custom-columns format specified but no custom columns given"
        } else {
            "template format specified but no template given"
        };
        return what.to_owned();
    }
    format!("-o {name} is not simulated here; the real kubectl can do it with `kubeloop serve`")
}

/// What a table shows besides the kinds' own columns.
#[derive(Clone, Debug, Default)]
pub struct Layout {
    /// The kinds that the cluster defines, for their columns.
    pub kinds: Definitions,
    /// The namespace in front: `-A`.
    pub with_namespace: bool,
    /// The kind before each name, as kubectl does when it was asked for several kinds.
    pub with_kind: bool,
    /// A LABELS column behind: `--show-labels`.
    pub show_labels: bool,
    /// A column for each of these labels: `-L`.
    pub label_columns: Vec<String>,
    /// No header: `--no-headers`.
    pub no_headers: bool,
    /// JSON and YAML with `metadata.managedFields`: `--show-managed-fields`.
    pub show_managed_fields: bool,
    /// JSON and YAML of a single object as that object, not as a `List` of one: it was asked for by name.
    pub single: bool,
}

/// Prints objects in the order given; a table per run of one kind, with an empty line between them.
#[must_use]
pub fn print(objects: &[Object], format: Format, layout: &Layout, now_ms: Ms) -> String {
    match format {
        Format::Table | Format::Wide => {
            let mut tables = Vec::new();
            // From the first kind on that is in namespaces, they are shown.
            let mut own = Layout {
                with_namespace: false,
                ..layout.clone()
            };
            for group in objects.chunk_by(|a, b| a.kind() == b.kind()) {
                let is_namespaced = group[0].kind().info().namespaced;
                own.with_namespace |= layout.with_namespace && is_namespaced;
                tables.push(table(group, format, &own, now_ms));
            }
            tables.join("\n")
        }
        Format::Name => objects
            .iter()
            .map(|o| format!("{}\n", type_name(o)))
            .collect(),
        Format::Json => json(&document(objects, layout)),
        Format::Yaml => to_yaml(&document(objects, layout)),
    }
}

/// `pod/web-1`, `deployment.apps/web`: how kubectl names an object in what it says.
#[must_use]
pub fn type_name(object: &Object) -> String {
    named(object.kind(), &object.name())
}

/// The same from its parts.
#[must_use]
pub fn named(kind: Kind, name: &str) -> String {
    format!("{}/{name}", group_kind(kind))
}

/// `pod`, `deployment.apps`.
#[must_use]
pub fn group_kind(kind: Kind) -> String {
    let info = kind.info();
    let name = info.name.to_ascii_lowercase();
    if info.group.is_empty() {
        return name;
    }
    format!("{name}.{}", info.group)
}

/// An object as JSON text, keys sorted, four blanks deeper per level.
#[must_use]
pub fn json(value: &Value) -> String {
    json_in_order(&sorted(value))
}

/// The same, its keys in the order in which they are.
#[must_use]
pub fn json_in_order(value: &Value) -> String {
    let mut out = Vec::new();
    let indent = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut out, indent);
    serde::Serialize::serialize(value, &mut serializer).expect("writing to memory does not fail");
    out.push(b'\n');
    String::from_utf8(out).expect("JSON is UTF-8")
}

/// The object, or a `List` of them, as kubectl shows it: without `managedFields`, unless they are asked for.
#[must_use]
pub fn document(objects: &[Object], layout: &Layout) -> Value {
    if let ([object], true) = (objects, layout.single) {
        return shown(object, layout);
    }
    let items: Vec<Value> = objects.iter().map(|object| shown(object, layout)).collect();
    serde_json::json!({"apiVersion": "v1", "items": items, "kind": "List", "metadata": {"resourceVersion": ""}})
}

fn shown(object: &Object, layout: &Layout) -> Value {
    let mut document = managed_fields::to_json(object);
    if let Some(Value::Object(metadata)) = document.get_mut("metadata")
        && !layout.show_managed_fields
    {
        metadata.shift_remove("managedFields");
    }
    document
}

fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut entries: Vec<(&String, &Value)> = fields.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            let fields: Map<String, Value> = entries
                .into_iter()
                .map(|(k, v)| (k.clone(), sorted(v)))
                .collect();
            Value::Object(fields)
        }
        Value::Array(items) => items.iter().map(sorted).collect(),
        other => other.clone(),
    }
}

/// Objects of one kind as a table.
fn table(objects: &[Object], format: Format, layout: &Layout, now_ms: Ms) -> String {
    let Some(kind) = objects.first().map(Object::kind) else {
        return String::new();
    };
    let custom = custom_columns(&objects[0], layout);
    let columns: Vec<(String, bool)> = match kind {
        Kind::Custom(_) => {
            let columns = custom.iter();
            columns
                .map(|c| (c.name.to_ascii_uppercase(), c.priority > 0))
                .collect()
        }
        built_in => {
            let columns = built_in.columns().iter();
            columns
                .map(|c| (c.name.to_ascii_uppercase(), c.wide))
                .collect()
        }
    };
    let shown = |index: &usize| format == Format::Wide || !columns[*index].1;
    let cells: Vec<usize> = (0..columns.len()).filter(shown).collect();
    let before = usize::from(layout.with_namespace);
    // The name of what has no name in front is the last of the wide columns.
    let name_at = match (kind.name_first(), format) {
        (true, _) => Some(before),
        (false, Format::Wide) => Some(before + cells.len()),
        (false, _) => None,
    };
    let mut rows = Vec::new();
    if !layout.no_headers {
        let names = cells.iter().map(|index| columns[*index].0.clone());
        rows.push(header(kind, format, names, layout));
    }
    for object in objects {
        let mut texts = match object {
            Object::Custom(inner) => {
                let json = inner.to_json();
                custom
                    .iter()
                    .map(|column| column.text(&json, now_ms))
                    .collect()
            }
            built_in => built_in.row(now_ms),
        };
        let mut row = Vec::new();
        if layout.with_namespace {
            row.push(object.namespace().to_string());
        }
        if kind.name_first() {
            row.push(object.name_cell());
        }
        row.extend(cells.iter().map(|index| std::mem::take(&mut texts[*index])));
        if name_at == Some(row.len()) {
            row.push(object.name_cell());
        }
        if layout.with_kind
            && let Some(index) = name_at
            && let Some(name) = row.get_mut(index)
        {
            *name = named(kind, name);
        }
        row.extend(label_cells(object, layout));
        rows.push(row);
    }
    tabulate(&rows)
}

/// The columns of a custom object, as its definition names them.
fn custom_columns(object: &Object, layout: &Layout) -> Vec<CustomColumn> {
    let Object::Custom(custom) = object else {
        return Vec::new();
    };
    let definition = layout.kinds.get(object.kind());
    definition.map_or(Vec::new(), |d| d.columns(&custom.version))
}

fn header(
    kind: Kind,
    format: Format,
    columns: impl Iterator<Item = String>,
    layout: &Layout,
) -> Vec<String> {
    let namespace = layout.with_namespace.then_some("NAMESPACE".to_owned());
    let name = kind.name_first().then_some("NAME".to_owned());
    let is_last = !kind.name_first() && format == Format::Wide;
    let last = is_last.then_some("NAME".to_owned());
    let labels = layout.label_columns.iter().map(|label| {
        let last = label.rsplit('/').next().unwrap_or(label);
        last.to_ascii_uppercase()
    });
    let all_labels = layout.show_labels.then_some("LABELS".to_owned());
    let parts = namespace.into_iter().chain(name).chain(columns).chain(last);
    parts.chain(labels).chain(all_labels).collect()
}

fn label_cells(object: &Object, layout: &Layout) -> Vec<String> {
    let labels = object.metadata().labels.clone().unwrap_or_default();
    let one = |label: &String| labels.get(label).cloned().unwrap_or_default();
    let mut cells: Vec<String> = layout.label_columns.iter().map(one).collect();
    if layout.show_labels {
        let pairs: Vec<String> = labels.iter().map(|(k, v)| format!("{k}={v}")).collect();
        let all = pairs.join(",");
        cells.push(if all.is_empty() {
            "<none>".to_owned()
        } else {
            all
        });
    }
    cells
}

/// Rows with their columns under one another: three blanks between, no column narrower than six, no blanks at the end.
#[must_use]
pub fn tabulate(rows: &[Vec<String>]) -> String {
    const PADDING: usize = 3;
    const WIDTH_MIN: usize = 6;
    let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| one_line(cell)).collect())
        .collect();
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        let widest = cells
            .map(|cell| cell.chars().count())
            .max()
            .unwrap_or_default();
        (widest + PADDING).max(WIDTH_MIN)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in &rows {
        for (column, cell) in row.iter().enumerate() {
            out.push_str(cell);
            if column + 1 < row.len() {
                let blanks = widths[column] - cell.chars().count();
                out.extend(std::iter::repeat_n(' ', blanks));
            }
        }
        out.push('\n');
    }
    out
}

/// A cell ends at its first line end.
fn one_line(cell: &str) -> String {
    match cell.find(['\n', '\r', '\x0c']) {
        Some(end) => format!("{}...", &cell[..end]),
        None => cell.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Pod;
    use expect_test::expect;
    use k8s_openapi::api::apps::v1::Deployment;
    use serde_json::json;

    fn objects() -> Vec<Object> {
        let deployment: Deployment = serde_json::from_value(json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "namespace": "default", "labels": {"app": "web"}, "managedFields": [{"manager": "x"}]},
            "spec": {"replicas": 2, "selector": {"matchLabels": {"app": "web"}}, "template": {"spec": {"containers": [{"name": "c", "image": "nginx"}]}}}
        }))
        .expect("a Deployment");
        let pod = |name: &str| -> Pod {
            serde_json::from_value(json!({
                "metadata": {"name": name, "namespace": "default"},
                "spec": {"containers": [{"name": "c", "image": "nginx"}]}, "status": {"phase": "Pending"}
            }))
            .expect("a Pod")
        };
        vec![
            deployment.into(),
            pod("web-1").into(),
            pod("a-longer-name").into(),
        ]
    }

    #[test]
    fn tables_of_one_kind_and_of_several() {
        let objects = objects();
        expect![[r"
            NAME            READY   STATUS    RESTARTS   AGE
            web-1           0/1     Pending   0          <unknown>
            a-longer-name   0/1     Pending   0          <unknown>
        "]]
        .assert_eq(&print(&objects[1..], Format::Table, &Layout::default(), 0));
        let layout = Layout {
            with_namespace: true,
            with_kind: true,
            show_labels: true,
            ..Layout::default()
        };
        expect![[r#"
            NAMESPACE   NAME                  READY   UP-TO-DATE   AVAILABLE   AGE         CONTAINERS   IMAGES   SELECTOR   LABELS
            default     deployment.apps/web   0/2     0            0           <unknown>   c            nginx    app=web    app=web

            NAMESPACE   NAME                READY   STATUS    RESTARTS   AGE         IP       NODE     NOMINATED NODE   READINESS GATES   LABELS
            default     pod/web-1           0/1     Pending   0          <unknown>   <none>   <none>   <none>           <none>            <none>
            default     pod/a-longer-name   0/1     Pending   0          <unknown>   <none>   <none>   <none>           <none>            <none>
        "#]].assert_eq(&print(&objects, Format::Wide, &layout, 0));
        expect![[r#"
            deployment.apps/web
            pod/web-1
            pod/a-longer-name
        "#]]
        .assert_eq(&print(&objects, Format::Name, &layout, 0));
    }

    #[test]
    fn objects_as_documents() {
        let objects = objects();
        let layout = Layout {
            single: true,
            ..Layout::default()
        };
        expect![[r#"
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              labels:
                app: web
              name: web
              namespace: default
            spec:
              replicas: 2
              selector:
                matchLabels:
                  app: web
              template:
                metadata:
                  creationTimestamp: null
                spec:
                  containers:
                  - image: nginx
                    name: c
        "#]]
        .assert_eq(&print(&objects[..1], Format::Yaml, &layout, 0));
        expect![[r#"
            {
                "apiVersion": "v1",
                "kind": "Pod",
                "metadata": {
                    "name": "web-1",
                    "namespace": "default"
                },
                "spec": {
                    "containers": [
                        {
                            "image": "nginx",
                            "name": "c"
                        }
                    ]
                },
                "status": {
                    "phase": "Pending"
                }
            }
        "#]]
        .assert_eq(&print(&objects[1..2], Format::Json, &layout, 0));
        let list = document(&objects, &layout);
        assert_eq!(
            (&list["kind"], list["items"].as_array().map(Vec::len)),
            (&"List".into(), Some(3))
        );
    }
}
