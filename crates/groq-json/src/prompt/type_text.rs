//! Shapes in the notation that models read best: TypeScript's, with comments.

use serde_json::Value;

use crate::shape::{Field, Id, Kind, Rest, Shapes};

/// The largest number of parts. Alternatives without a name are written out wherever they are used.
const MAX_PARTS: usize = 5000;

/// Writes the type of the root, and after it each type that it names.
pub(super) fn write(shapes: &Shapes, wrapped_in: Option<&str>) -> String {
    let mut writer = Writer {
        shapes,
        named: Vec::new(),
        parts: 0,
    };
    let mut text = match wrapped_in {
        Some(member) => format!("{{ {member}: {} }}", writer.reference(shapes.root, 0)),
        None => writer.body(shapes.root, 0),
    };
    let mut next = 0;
    while let Some(id) = writer.named.get(next).copied() {
        next += 1;
        let body = writer.body(id, 0);
        text.push_str(&format!("\n\n{} = {body}", writer.name(id)));
    }
    text
}

struct Writer<'s> {
    shapes: &'s Shapes,
    named: Vec<Id>,
    /// How many parts have been written.
    parts: usize,
}

impl Writer<'_> {
    fn name(&self, id: Id) -> String {
        let name = self.shapes.node(id).name.clone();
        name.unwrap_or_else(|| "Root".to_owned())
    }

    /// A shape where it is used: by its name, if it has one and is worth it.
    fn reference(&mut self, id: Id, indent: usize) -> String {
        let node = self.shapes.node(id);
        let is_large = matches!(node.kind, Kind::Object(..) | Kind::Union(_));
        let is_named = node.name.is_some() || id == self.shapes.root;
        if self.shapes.is_recursive(id) || (is_large && is_named) {
            if !self.named.contains(&id) {
                self.named.push(id);
            }
            return self.name(id);
        }
        self.body(id, indent)
    }

    fn body(&mut self, id: Id, indent: usize) -> String {
        let shapes = self.shapes;
        self.parts += 1;
        match shapes.kind(id) {
            _ if self.parts > MAX_PARTS => "any".to_owned(),
            Kind::Any(_) => "any".to_owned(),
            Kind::Never => "never".to_owned(),
            Kind::Null => "null".to_owned(),
            Kind::Boolean => "boolean".to_owned(),
            Kind::Integer => "integer".to_owned(),
            Kind::Number => "number".to_owned(),
            Kind::String => "string".to_owned(),
            Kind::Choice(values) => values
                .iter()
                .map(Value::to_string)
                .collect::<Vec<_>>()
                .join(" | "),
            Kind::List(item) => {
                let inner = self.reference(*item, indent);
                if inner.contains(" | ") {
                    format!("({inner})[]")
                } else {
                    format!("{inner}[]")
                }
            }
            Kind::Tuple(items) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|item| self.reference(*item, indent))
                    .collect();
                format!("[{}]", items.join(", "))
            }
            Kind::Object(fields, rest) => self.object(fields, *rest, indent),
            Kind::Union(_) => {
                let branches: Vec<String> = shapes
                    .leaves(id)
                    .iter()
                    .copied()
                    .map(|leaf| self.reference(leaf, indent))
                    .collect();
                branches.join(" | ")
            }
        }
    }

    fn object(&mut self, fields: &[Field], rest: Rest, indent: usize) -> String {
        let rest = match rest {
            Rest::Map(item) => Some(self.reference(item, indent + 1)),
            Rest::Free => Some("any".to_owned()),
            Rest::Open | Rest::None => None,
        };
        if fields.is_empty() {
            return rest.map_or_else(
                || "{}".to_owned(),
                |item| format!("{{ [key: string]: {item} }}"),
            );
        }
        let margin = "  ".repeat(indent + 1);
        let mut text = "{\n".to_owned();
        for field in fields {
            let mark = if field.required { "" } else { "?" };
            let shape = self.reference(field.shape, indent + 1);
            let comment = self.comment(field);
            text.push_str(&format!(
                "{margin}{}{mark}: {shape}{comment}\n",
                key(&field.name)
            ));
        }
        if let Some(item) = rest {
            text.push_str(&format!("{margin}[key: string]: {item}\n"));
        }
        text.push_str(&"  ".repeat(indent));
        text.push('}');
        text
    }

    fn comment(&self, field: &Field) -> String {
        let node = self.shapes.node(field.shape);
        let description = field.description.as_ref().or(node.description.as_ref());
        let parts: Vec<String> = description
            .into_iter()
            .chain(&node.notes)
            .map(|part| part.trim().replace('\n', " "))
            .collect();
        if parts.is_empty() {
            String::new()
        } else {
            format!(" // {}", parts.join("; "))
        }
    }
}

/// A key, quoted where it would be no identifier.
fn key(name: &str) -> String {
    let is_plain = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|character| character.is_ascii_alphanumeric() || matches!(character, '_' | '$'));
    if is_plain {
        name.to_owned()
    } else {
        Value::from(name).to_string()
    }
}
