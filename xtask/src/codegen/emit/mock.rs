//! The tables by which `groq-mock` checks the bodies of requests: one rule for each schema that a request reaches.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use heck::ToShoutySnakeCase;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item, parse_quote};

use super::file;
use crate::codegen::{
    format::Files,
    model::{Model, component_of, named},
};

/// The files under `groq-mock/src/generated/`.
pub(crate) fn files(model: &Model) -> Result<Files> {
    let mut items: Vec<Item> = vec![parse_quote!(
        use crate::check::{Field, Rule};
    )];
    let sent = model
        .components
        .values()
        .filter(|component| component.is_sent);
    let sent: BTreeMap<&str, &Value> = sent.map(|it| (it.name.as_str(), &it.schema)).collect();
    for (name, schema) in sent {
        let (ident, docs) = (ident(name), format!(" `{name}`."));
        let rule = rule(schema).with_context(|| format!("#/components/schemas/{name}"))?;
        items.push(parse_quote! {
            #[doc = #docs]
            pub(crate) static #ident: Rule = #rule;
        });
    }
    let text = file::whole("What the bodies of requests must be.", items);
    Ok(Files::from([("requests.rs".to_owned(), text)]))
}

fn ident(name: &str) -> Ident {
    format_ident!("{}", name.to_shouty_snake_case())
}

/// A rule in place; what is named is referred to.
fn rule(schema: &Value) -> Result<TokenStream> {
    if let Some(name) = named(schema) {
        let name = ident(name);
        return Ok(quote!(Rule::Named(&#name)));
    }
    if let Some(branches) = schema["oneOf"].as_array() {
        return union(schema, branches);
    }
    match schema["type"].as_str() {
        None => Ok(quote!(Rule::Any)),
        Some("boolean") => Ok(quote!(Rule::Bool)),
        Some("string") => Ok(text(schema)),
        Some("integer") => Ok(integer(schema)),
        Some("number") => Ok(number(schema)),
        Some("array") => list(schema),
        Some("object") => object(schema),
        Some(kind) => bail!("a schema of type {kind}"),
    }
}

fn union(schema: &Value, branches: &[Value]) -> Result<TokenStream> {
    let tag = &schema["discriminator"];
    if let Some(mapping) = tag["mapping"].as_object() {
        let tag = tag["propertyName"].as_str().unwrap_or_default();
        let names = mapping.keys();
        let rules = mapping.values().map(|target| {
            let name = target.as_str().and_then(component_of);
            name.map(ident).context("a mapping to no schema")
        });
        let rules = rules.collect::<Result<Vec<_>>>()?;
        return Ok(quote!(Rule::Tagged(#tag, &[#((#names, &#rules)),*])));
    }
    let rules = branches.iter().map(rule).collect::<Result<Vec<_>>>()?;
    Ok(quote!(Rule::Either(&[#(#rules),*])))
}

fn text(schema: &Value) -> TokenStream {
    if schema["format"] == "binary" {
        return quote!(Rule::File);
    }
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_str);
        return quote!(Rule::OneOf(&[#(#values),*]));
    }
    let (least, most) = sizes(schema, "minLength", "maxLength");
    quote!(Rule::Text(#least, #most))
}

fn integer(schema: &Value) -> TokenStream {
    if let Some(values) = schema["enum"].as_array() {
        let values = values.iter().filter_map(Value::as_i64);
        let values = values.map(Literal::i64_unsuffixed);
        return quote!(Rule::OneNumberOf(&[#(#values),*]));
    }
    let at = |key: &str| schema[key].as_i64().map(Literal::i64_unsuffixed);
    let least = bound(at("minimum"), quote!(i64::MIN));
    let most = bound(at("maximum"), quote!(i64::MAX));
    quote!(Rule::Integer(#least, #most))
}

fn number(schema: &Value) -> TokenStream {
    let at = |key: &str| schema[key].as_f64().map(Literal::f64_unsuffixed);
    let least = bound(at("minimum"), quote!(f64::MIN));
    let most = bound(at("maximum"), quote!(f64::MAX));
    quote!(Rule::Number(#least, #most))
}

fn list(schema: &Value) -> Result<TokenStream> {
    let (least, most) = sizes(schema, "minItems", "maxItems");
    let item = rule(&schema["items"])?;
    Ok(quote!(Rule::List(#least, #most, &#item)))
}

/// An object with properties, or a map.
fn object(schema: &Value) -> Result<TokenStream> {
    let additional = &schema["additionalProperties"];
    let Some(properties) = schema["properties"]
        .as_object()
        .filter(|all| !all.is_empty())
    else {
        let value = if additional.is_object() {
            rule(additional)?
        } else {
            quote!(Rule::Any)
        };
        return Ok(quote!(Rule::Map(&#value)));
    };
    let is_required = |name: &str| {
        let required = schema["required"].as_array();
        required.is_some_and(|required| required.iter().any(|one| one == name))
    };
    let fields = properties.iter().map(|(name, property)| {
        let nullable = property["nullable"] == true || property["x-nullable"] == true;
        let kind = match (is_required(name), nullable) {
            (true, false) => quote!(required),
            (true, true) => quote!(required_or_null),
            (false, false) => quote!(optional),
            (false, true) => quote!(optional_or_null),
        };
        let rule = rule(property).with_context(|| format!("properties/{name}"))?;
        Ok(quote!(Field::#kind(#name, #rule)))
    });
    let fields = fields.collect::<Result<Vec<_>>>()?;
    let kind = if *additional == false {
        quote!(Closed)
    } else {
        quote!(Open)
    };
    Ok(quote!(Rule::#kind(&[#(#fields),*])))
}

fn sizes(schema: &Value, least: &str, most: &str) -> (TokenStream, TokenStream) {
    let at = |key: &str| schema[key].as_u64().map(Literal::u64_unsuffixed);
    (
        bound(at(least), quote!(0)),
        bound(at(most), quote!(usize::MAX)),
    )
}

fn bound(stated: Option<Literal>, otherwise: TokenStream) -> TokenStream {
    stated.map_or(otherwise, |bound| quote!(#bound))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codegen::{load, model};

    const YAML: &str = "
openapi: 3.0.3
info: {title: x, version: '1'}
paths:
  /things:
    post:
      operationId: createThing
      tags: [things]
      requestBody:
        content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}
      responses:
        '200': {description: ok, content: {application/json: {schema: {$ref: '#/components/schemas/Unused'}}}}
        4XX: {$ref: '#/components/responses/Error'}
        5XX: {$ref: '#/components/responses/Error'}
components:
  responses:
    Error: {description: e, content: {application/json: {schema: {$ref: '#/components/schemas/Unused'}}}}
  schemas:
    Unused: {type: object, properties: {a: {type: string}}}
    Thing:
      type: object
      required: [part]
      additionalProperties: false
      properties:
        part: {allOf: [{$ref: '#/components/schemas/Part'}], x-nullable: true}
        FIELD
    Part:
      oneOf: [{$ref: '#/components/schemas/One'}]
      discriminator: {propertyName: kind, mapping: {one: '#/components/schemas/One'}}
    One: {type: object, properties: {kind: {type: string, enum: [one]}, size: {type: integer, format: int64, minimum: 1}}}
";

    fn made(field: &str) -> String {
        let api = load::api(&YAML.replace("FIELD", field)).unwrap();
        let model = model(&api).unwrap();
        files(&model).unwrap().remove("requests.rs").unwrap()
    }

    /// Joined, since how lines are broken is the formatter's business.
    fn joined(text: &str) -> String {
        text.split_whitespace()
            .collect::<Vec<_>>()
            .join("")
            .replace(",]", "]")
            .replace(",)", ")")
    }

    #[test]
    fn schemas_of_requests_become_rules() {
        let text = joined(&made("size: {type: number, maximum: 2}"));
        for expected in [
            r#"staticTHING:Rule=Rule::Closed(&[Field::required_or_null("part",Rule::Named(&PART)),"#,
            r#"Field::optional("size",Rule::Number(f64::MIN,2.0))"#,
            r#"staticPART:Rule=Rule::Tagged("kind",&[("one",&ONE)]);"#,
            r#"Rule::Open(&[Field::optional("kind",Rule::OneOf(&["one"])),Field::optional("size",Rule::Integer(1,i64::MAX))])"#,
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
        assert!(!text.contains("UNUSED"));
    }

    #[test]
    fn a_field_more_is_a_rule_more() {
        let field = "extra: {type: array, maxItems: 3, items: {type: string, minLength: 1}}";
        let expected = r#"Field::optional("extra",Rule::List(0,3,&Rule::Text(1,usize::MAX)))"#;
        assert!(joined(&made(field)).contains(expected));
        assert!(!joined(&made("other: {type: boolean}")).contains("extra"));
    }
}
