//! Makes what progenitor emits for httpmock pleasant to use.
//!
//! - The path is matched by `groq_httpmock::path`: progenitor would match a parameter unencoded, and as a regular
//!   expression.
//! - A status of the wrong class is refused in words.
//! - Everything is documented, and written as a person would write it.

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};
use quote::ToTokens;
use syn::{
    Attribute, ImplItem, ImplItemFn, Item, ItemImpl, Stmt, parse_quote,
    visit_mut::{self, VisitMut},
};

use super::Operation;
use crate::codegen::emit::{docs, typify_pass::Shorten};

/// Progenitor's items by the type that they define or implement.
pub(super) type Emitted = BTreeMap<String, Vec<Item>>;

pub(super) fn by_owner(code: syn::File) -> Result<Emitted> {
    let module = code.items.into_iter().find_map(|item| match item {
        Item::Mod(module) if module.ident == "operations" => module.content,
        _ => None,
    });
    let (_, items) = module.context("progenitor's expectations have no module `operations`")?;
    let mut emitted = Emitted::new();
    for item in items {
        let owner = match &item {
            Item::Struct(item) => item.ident.to_string(),
            Item::Impl(item) => item.self_ty.to_token_stream().to_string(),
            _ => continue,
        };
        emitted.entry(owner).or_default().push(item);
    }
    Ok(emitted)
}

/// The four items of an operation: two types and their methods.
pub(super) fn expectation(operation: &Operation<'_>, emitted: &mut Emitted) -> Result<Vec<Item>> {
    let (when, then) = (operation.when(), operation.then());
    let mut items = Vec::new();
    for owner in [when.to_string(), then.to_string()] {
        let found = emitted
            .remove(&owner)
            .with_context(|| format!("progenitor emitted no `{owner}`"))?;
        items.extend(found);
    }
    for item in &mut items {
        Plain.visit_item_mut(item);
        match item {
            Item::Struct(item) => item.attrs = type_docs(operation, item.ident == when),
            Item::Impl(item) if when == item.self_ty.to_token_stream().to_string() => {
                matchers(item, operation)?;
            }
            Item::Impl(item) => replies(item)?,
            _ => {}
        }
    }
    Ok(items)
}

/// Adds a reply to those that progenitor knows.
pub(super) fn add(items: &mut [Item], operation: &Operation<'_>, reply: ImplItem) {
    let then = operation.then().to_string();
    for item in items {
        match item {
            Item::Impl(item) if item.self_ty.to_token_stream().to_string() == then => {
                item.items.push(reply);
                return;
            }
            _ => {}
        }
    }
}

/// What the documentation of the two types says, whoever writes their methods.
pub(super) fn type_docs(operation: &Operation<'_>, when: bool) -> Vec<Attribute> {
    let function = operation.function();
    docs::text(&if when {
        format!(
            "Which requests [`{function}`](crate::MockServerExt::{function}) answers: at first all to `{} {}`.",
            operation.method.to_uppercase(),
            operation.path
        )
    } else {
        format!("What [`{function}`](crate::MockServerExt::{function}) answers.")
    })
}

/// The constructor and the way out of a `When`.
pub(super) fn when_frame(operation: &Operation<'_>) -> [ImplItem; 2] {
    let method = quote::format_ident!("{}", operation.method.to_uppercase());
    let path = operation.path;
    [
        parse_quote! {
            /// Narrows any matcher down to the operation.
            pub fn new(inner: When) -> Self {
                Self(path::template(inner.method(Method::#method), #path))
            }
        },
        parse_quote! {
            /// The matcher of httpmock, for what has no method here.
            pub fn into_inner(self) -> When { self.0 }
        },
    ]
}

/// The constructor and the way out of a `Then`.
pub(super) fn then_frame() -> [ImplItem; 2] {
    [
        parse_quote! {
            /// Starts from any answer.
            pub fn new(inner: Then) -> Self { Self(inner) }
        },
        parse_quote! {
            /// The answer of httpmock, for what has no method here: headers, delays.
            pub fn into_inner(self) -> Then { self.0 }
        },
    ]
}

/// A matcher for a parameter of the path.
pub(super) fn path_parameter(operation: &Operation<'_>, name: &str) -> Result<ImplItem> {
    let path = operation.path;
    let wire = path
        .split(['{', '}'])
        .find(|part| heck::ToSnakeCase::to_snake_case(*part) == name)
        .with_context(|| format!("`{}`: no parameter `{name}` in {path}", operation.id))?;
    let ident = quote::format_ident!("{name}");
    let docs = docs::text(&format!(
        "The `{wire}` in the path is this one, percent-encoded as it has to be."
    ));
    Ok(parse_quote! {
        #(#docs)*
        pub fn #ident(self, value: &str) -> Self {
            Self(path::parameter(self.0, #path, #wire, value))
        }
    })
}

fn matchers(item: &mut ItemImpl, operation: &Operation<'_>) -> Result<()> {
    let mut items: Vec<ImplItem> = when_frame(operation).into();
    for mut function in functions(item)? {
        let name = function.sig.ident.to_string();
        if name == "new" || name == "into_inner" {
            continue;
        }
        let code = function.block.to_token_stream().to_string();
        if code.contains("path_matches") {
            items.push(path_parameter(operation, &name)?);
            continue;
        }
        function.attrs = docs::text(&if code.contains("json_body_obj") {
            "The body is this one.".to_owned()
        } else {
            let wire = first_literal(&function)
                .with_context(|| format!("`{}`: what does `{name}` match?", operation.id))?;
            let place = if code.contains("query_param") {
                "parameter"
            } else {
                "header"
            };
            format!("The {place} `{wire}` is this one; with `None`, there is none.")
        });
        items.push(ImplItem::Fn(function));
    }
    item.items = items;
    Ok(())
}

fn replies(item: &mut ItemImpl) -> Result<()> {
    let mut items: Vec<ImplItem> = then_frame().into();
    for mut function in functions(item)? {
        match function.sig.ident.to_string().as_str() {
            "new" | "into_inner" => continue,
            "ok" => function.attrs = docs::text("Answers with this value."),
            "client_error" => by_class(&mut function, 4)?,
            "server_error" => by_class(&mut function, 5)?,
            other => bail!(
                "progenitor's expectations have a reply `{other}`, which has no documentation here"
            ),
        }
        items.push(ImplItem::Fn(function));
    }
    item.items = items;
    Ok(())
}

/// A reply whose status the caller gives, of a class that is fixed.
fn by_class(function: &mut ImplItemFn, class: u16) -> Result<()> {
    let (docs, check) = class_check(class);
    function.attrs = docs;
    let asserts = |statement: &&mut Stmt| matches!(statement, Stmt::Macro(call) if call.mac.path.is_ident("assert_eq"));
    let assertion = function.block.stmts.iter_mut().find(asserts);
    *assertion.context("progenitor no longer checks the class of a status")? = check;
    Ok(())
}

/// The attributes of an error reply, and what it checks.
pub(super) fn class_check(class: u16) -> (Vec<Attribute>, Stmt) {
    let what = if class == 4 { "client" } else { "server" };
    let mut attributes = docs::text(&format!(
        "Answers with an error that is the {what}'s fault.\n\n# Panics\n\nIf `status` is not one of {class}00 to {class}99."
    ));
    attributes.push(parse_quote!(#[track_caller]));
    let check = quote::format_ident!("assert_{what}_error");
    (attributes, parse_quote!(status::#check(status);))
}

fn functions(item: &ItemImpl) -> Result<Vec<ImplItemFn>> {
    let function = |item: &ImplItem| match item {
        ImplItem::Fn(function) => Ok(function.clone()),
        other => bail!(
            "progenitor's expectations have something that is no method: {}",
            other.to_token_stream()
        ),
    };
    item.items.iter().map(function).collect()
}

/// The first string in a function: the name of the header or parameter that it matches.
fn first_literal(function: &ImplItemFn) -> Option<String> {
    #[derive(Default)]
    struct First(Option<String>);

    impl VisitMut for First {
        fn visit_lit_str_mut(&mut self, literal: &mut syn::LitStr) {
            self.0.get_or_insert(literal.value());
        }
    }

    let mut first = First::default();
    first.visit_impl_item_fn_mut(&mut function.clone());
    first.0
}

/// Short paths and bare numbers.
struct Plain;

impl VisitMut for Plain {
    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        if path.segments.len() > 1 && path.segments[0].ident == "httpmock" {
            path.leading_colon = None;
            path.segments = path.segments.iter().skip(1).cloned().collect();
        }
        visit_mut::visit_path_mut(self, path);
    }

    fn visit_type_path_mut(&mut self, path: &mut syn::TypePath) {
        Shorten.visit_type_path_mut(path);
        visit_mut::visit_type_path_mut(self, path);
    }

    fn visit_lit_int_mut(&mut self, literal: &mut syn::LitInt) {
        *literal = syn::LitInt::new(literal.base10_digits(), literal.span());
    }
}
