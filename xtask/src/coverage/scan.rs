//! Reads the code for what has to do with an operation.
//!
//! - A **method** of groq-core is one in `crates/groq-core/src/api` whose documentation says ``Operation: `uploadFile`.``; if
//!   its name begins with `stream`, it is that of the event stream.
//! - A **blocking** method is one of the same type and name, with the same words, in `crates/groq-core/src/blocking`: each method of
//!   the operation needs one.
//! - A **mock** is a variant of groq-mock's `enum Operation`, which its router has to match.
//! - An **expectation** is a method of groq-httpmock's extension trait, and `ok_stream` for a stream.
//! - A **test** is a call of such a method of groq-core in a file or a module of tests, on what the client gives or on a
//!   variable that holds it: `client.chat().create(..)`.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use anyhow::{Context, Result, bail};
use heck::ToLowerCamelCase;
use syn::{
    Attribute, Expr, ExprLit, ExprMethodCall, ImplItem, ImplItemFn, Item, ItemImpl, ItemMod, Lit,
    Local, Meta, Pat, ReturnType, TraitItem, Type,
    punctuated::Punctuated,
    visit_mut::{self, VisitMut},
};

use super::{Operation, sources::Source};

/// An operation, or the event stream that it can answer with.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Use {
    id: String,
    stream: bool,
}

impl Use {
    pub(super) fn plain(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            stream: false,
        }
    }

    pub(super) fn stream(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            stream: true,
        }
    }
}

impl fmt::Display for Use {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
        f.write_str(if self.stream { " (stream)" } else { "" })
    }
}

/// What the code has.
#[derive(Default)]
pub(super) struct Found {
    /// Methods of groq-core, as `Type::method`.
    pub(super) methods: BTreeMap<Use, BTreeSet<String>>,
    /// The same of its blocking face.
    pub(super) blocking: BTreeMap<Use, BTreeSet<String>>,
    /// Variants of groq-mock's `Operation`.
    pub(super) mocked: BTreeSet<String>,
    pub(super) expectations: BTreeSet<Use>,
    /// Files with tests.
    pub(super) tests: BTreeMap<Use, BTreeSet<String>>,
}

pub(super) fn scan(sources: &[Source], operations: &[Operation]) -> Result<Found> {
    let mut files = Vec::new();
    for source in sources {
        let file =
            syn::parse_file(&source.code).with_context(|| format!("parse {}", source.path))?;
        files.push((source.path.as_str(), file));
    }
    let mut found = Found::default();
    let mut accessors = BTreeMap::new();
    for (path, file) in &files {
        if path.starts_with("crates/groq-core/src/api/") {
            methods(file, operations, &mut found.methods).with_context(|| (*path).to_owned())?;
        }
        if path.starts_with("crates/groq-core/src/blocking/") {
            methods(file, operations, &mut found.blocking).with_context(|| (*path).to_owned())?;
        }
        if path.starts_with("crates/groq-core/src/") {
            accessors.extend(self::accessors(file));
        }
        if path.starts_with("crates/groq-mock/src/") {
            mocks(file, &mut found);
        }
        if path.starts_with("crates/groq-httpmock/src/generated/") {
            expectations(file, operations, &mut found);
        }
    }
    for (path, file) in files {
        tests(path, file, &accessors, &mut found);
    }
    Ok(found)
}

/// Methods by the operation that they say they are; one that is none is a slip.
fn methods(
    file: &syn::File,
    operations: &[Operation],
    found: &mut BTreeMap<Use, BTreeSet<String>>,
) -> Result<()> {
    for (owner, method) in public_methods(file) {
        let name = format!("{owner}::{}", method.sig.ident);
        for id in marked(&method.attrs) {
            if !operations.iter().any(|operation| operation.id == id) {
                bail!(
                    "`{name}` says that it is the operation `{id}`, which the description does not have"
                );
            }
            let stream = method.sig.ident.to_string().starts_with("stream");
            let methods = found.entry(Use { id, stream }).or_default();
            methods.insert(name.clone());
        }
    }
    Ok(())
}

/// The operations that a documentation names, a line each.
fn marked(attributes: &[Attribute]) -> Vec<String> {
    let text = |attribute: &Attribute| match &attribute.meta {
        Meta::NameValue(meta) if meta.path.is_ident("doc") => match &meta.value {
            Expr::Lit(ExprLit {
                lit: Lit::Str(text),
                ..
            }) => Some(text.value()),
            _ => None,
        },
        _ => None,
    };
    let id = |line: String| {
        let id = line
            .trim()
            .strip_prefix("Operation: `")?
            .strip_suffix("`.")?;
        Some(id.to_owned())
    };
    attributes.iter().filter_map(text).filter_map(id).collect()
}

/// The public methods in inherent impls, with their types.
fn public_methods(file: &syn::File) -> Vec<(String, &ImplItemFn)> {
    let mut methods = Vec::new();
    for item in &file.items {
        let Item::Impl(ItemImpl {
            trait_: None,
            self_ty,
            items,
            ..
        }) = item
        else {
            continue;
        };
        let Some(owner) = type_name(self_ty) else {
            continue;
        };
        for item in items {
            if let ImplItem::Fn(method) = item
                && matches!(method.vis, syn::Visibility::Public(_))
            {
                methods.push((owner.clone(), method));
            }
        }
    }
    methods
}

/// Methods that give access to a resource, such as `Client::chat`, with the type that they return.
fn accessors(file: &syn::File) -> BTreeMap<String, String> {
    let mut accessors = BTreeMap::new();
    for (_, method) in public_methods(file) {
        if let (ReturnType::Type(_, ty), 1) = (&method.sig.output, method.sig.inputs.len())
            && let Some(name) = type_name(ty)
        {
            accessors.insert(method.sig.ident.to_string(), name);
        }
    }
    accessors
}

fn type_name(ty: &Type) -> Option<String> {
    match ty {
        Type::Path(path) => Some(path.path.segments.last()?.ident.to_string()),
        _ => None,
    }
}

fn mocks(file: &syn::File, found: &mut Found) {
    for item in &file.items {
        if let Item::Enum(item) = item
            && item.ident == "Operation"
        {
            found.mocked.extend(
                item.variants
                    .iter()
                    .map(|variant| variant.ident.to_string()),
            );
        }
    }
}

fn expectations(file: &syn::File, operations: &[Operation], found: &mut Found) {
    let known = |id: &str| operations.iter().any(|operation| operation.id == id);
    for item in &file.items {
        let Item::Trait(item) = item else { continue };
        for item in &item.items {
            if let TraitItem::Fn(function) = item {
                let id = function.sig.ident.to_string().to_lower_camel_case();
                found
                    .expectations
                    .extend(known(&id).then(|| Use::plain(&id)));
            }
        }
    }
    for (owner, method) in public_methods(file) {
        let id = owner.trim_end_matches("Then").to_lower_camel_case();
        if method.sig.ident == "ok_stream" && known(&id) {
            found.expectations.insert(Use::stream(&id));
        }
    }
}

fn tests(path: &str, mut file: syn::File, accessors: &BTreeMap<String, String>, found: &mut Found) {
    let whole =
        path.starts_with("tests/") || path.contains("/tests/") || path.ends_with("/tests.rs");
    let mut calls = Calls {
        accessors,
        inside: whole,
        bound: BTreeMap::new(),
        methods: BTreeSet::new(),
    };
    calls.visit_file_mut(&mut file);
    let called = |names: &BTreeSet<String>| !names.is_disjoint(&calls.methods);
    let uses: Vec<Use> = found
        .methods
        .iter()
        .filter(|(_, names)| called(names))
        .map(|(used, _)| used.clone())
        .collect();
    for used in uses {
        found.tests.entry(used).or_default().insert(path.to_owned());
    }
}

/// Collects `Chat::create` for `client.chat().create(..)`.
struct Calls<'a> {
    accessors: &'a BTreeMap<String, String>,
    /// Whether what is being read is a test.
    inside: bool,
    /// Variables that hold what gives access, by the type of that.
    bound: BTreeMap<String, String>,
    methods: BTreeSet<String>,
}

impl Calls<'_> {
    /// The type of an expression such as `client.chat()`.
    fn owner(&self, expression: &Expr) -> Option<String> {
        match expression {
            Expr::MethodCall(call) => self.accessors.get(&call.method.to_string()).cloned(),
            Expr::Path(path) => self.bound.get(&path.path.get_ident()?.to_string()).cloned(),
            _ => None,
        }
    }
}

impl VisitMut for Calls<'_> {
    fn visit_item_mod_mut(&mut self, item: &mut ItemMod) {
        let outside = self.inside;
        self.inside |= item.attrs.iter().any(is_cfg_test);
        visit_mut::visit_item_mod_mut(self, item);
        self.inside = outside;
    }

    fn visit_local_mut(&mut self, local: &mut Local) {
        if let (Pat::Ident(name), Some(value)) = (&local.pat, &local.init)
            && let Some(owner) = self.owner(&value.expr)
        {
            self.bound.insert(name.ident.to_string(), owner);
        }
        visit_mut::visit_local_mut(self, local);
    }

    fn visit_expr_method_call_mut(&mut self, call: &mut ExprMethodCall) {
        if self.inside
            && let Some(owner) = self.owner(&call.receiver)
        {
            self.methods.insert(format!("{owner}::{}", call.method));
        }
        visit_mut::visit_expr_method_call_mut(self, call);
    }

    /// Such as `assert!`: what is no list of expressions is no call either.
    fn visit_macro_mut(&mut self, call: &mut syn::Macro) {
        let list = Punctuated::<Expr, syn::Token![,]>::parse_terminated;
        for mut expression in call.parse_body_with(list).into_iter().flatten() {
            self.visit_expr_mut(&mut expression);
        }
    }
}

fn is_cfg_test(attribute: &Attribute) -> bool {
    let word = attribute
        .path()
        .is_ident("cfg")
        .then(|| attribute.parse_args::<syn::Ident>());
    matches!(word, Some(Ok(word)) if word == "test")
}
