//! The code of one component.

use proc_macro2::TokenStream;
use quote::ToTokens;

use crate::codegen::model::{Component, Ty};

/// Items that a formatter can lay out, and the macro call that gives them serde.
pub(super) struct Part {
    pub(super) items: Vec<syn::Item>,
    pub(super) serde: String,
}

/// `open` or `closed`, as the macros of `groq_types::wire` call it.
pub(super) fn openness(component: &Component) -> &'static str {
    if component.open { "open" } else { "closed" }
}

impl ToTokens for Ty {
    fn to_tokens(&self, tokens: &mut TokenStream) {
        let ty: syn::Type = syn::parse_str(&self.to_string()).expect("a type of ours is Rust");
        ty.to_tokens(tokens);
    }
}
