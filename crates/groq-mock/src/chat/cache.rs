//! The prompt cache: which beginnings of prompts were seen before.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use super::request::ChatRequest;
use crate::models::Family;
use crate::random::Digest;
use crate::text::tokens;

/// Tokens of one block; a shorter prompt is not kept.
const BLOCK: u64 = 128;
/// How many blocks are kept before all are forgotten.
const MAX_BLOCKS: usize = 65_536;

/// The blocks seen, each known by all that came before it too.
#[derive(Debug, Default)]
pub(crate) struct PromptCache(Mutex<HashSet<u64>>);

impl PromptCache {
    /// How many tokens of the prompt were there before, from its beginning on; from now on all are.
    pub(crate) fn look_up(&self, request: &ChatRequest<'_>, prompt_tokens: u64) -> u64 {
        if request.model.family != Family::GptOss || prompt_tokens < BLOCK {
            return 0;
        }
        let blocks = blocks(request);
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() > MAX_BLOCKS {
            seen.clear();
        }
        let known = blocks
            .iter()
            .take_while(|block| seen.contains(*block))
            .count();
        seen.extend(blocks);
        u64::try_from(known).unwrap_or(0) * BLOCK
    }
}

/// A number for each whole block of the prompt, which depends on all before it.
fn blocks(request: &ChatRequest<'_>) -> Vec<u64> {
    let mut digest = Digest::new(0).text(&request.model.id);
    if let Some(tools) = request.body.get("tools") {
        digest = digest.text(&tools.to_string());
    }
    let (mut blocks, mut length) = (Vec::new(), 0);
    for turn in &request.turns {
        digest = digest.text(turn.role);
        for token in tokens::tokens(&turn.text) {
            digest = digest.text(token);
            length += 1;
            if length % BLOCK == 0 {
                blocks.push(digest.finish());
            }
        }
    }
    blocks
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::models::Models;

    #[test]
    fn only_whole_blocks_of_equal_beginnings_hit() {
        let models = Models::new(&[]);
        let cache = PromptCache::default();
        let look_up = |model: &str, text: &str| {
            let body = json!({"messages": [{"role": "user", "content": text}]});
            let request = ChatRequest::new(body.as_object().unwrap(), models.find(model).unwrap());
            cache.look_up(&request, request.prompt_tokens())
        };
        let model = "openai/gpt-oss-20b";
        let long = "one ".repeat(300);
        assert_eq!(look_up(model, "short"), 0);
        assert_eq!(look_up(model, &long), 0);
        assert_eq!(look_up(model, &long), 256);
        assert_eq!(
            look_up(model, &format!("{}two {long}", "one ".repeat(200))),
            128
        );
        assert_eq!(look_up(model, &format!("two {long}")), 0);
        assert_eq!(look_up("openai/gpt-oss-120b", &long), 0);
        assert_eq!(
            (0..2)
                .map(|_| look_up("llama-3.3-70b-versatile", &long))
                .sum::<u64>(),
            0
        );
    }
}
