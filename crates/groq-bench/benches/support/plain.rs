//! The types of a chat reply with serde's own derive: the same fields in the same order, and no promise kept beyond that.
//! Unknown keys are skipped, unknown enum values are errors, whole numbers have no fraction.
//!
//! What no payload holds is groq-types' own.

use groq_types::{Annotation, DebugData, ExecutedTool, Logprobs, McpToolList};
use serde::Deserialize;

#[derive(Deserialize)]
pub(crate) struct ChatCompletionChunk {
    pub(crate) id: String,
    pub(crate) choices: Vec<ChunkChoice>,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) object: Option<String>,
    pub(crate) usage: Option<CompletionUsage>,
    pub(crate) service_tier: Option<ServiceTier>,
    pub(crate) system_fingerprint: Option<String>,
    pub(crate) x_groq: Option<StreamXGroq>,
}

#[derive(Deserialize)]
pub(crate) struct ChunkChoice {
    pub(crate) index: u32,
    pub(crate) delta: Delta,
    pub(crate) finish_reason: Option<FinishReason>,
    pub(crate) logprobs: Option<Logprobs>,
}

#[derive(Deserialize)]
pub(crate) struct Delta {
    pub(crate) role: Option<Role>,
    pub(crate) content: Option<String>,
    pub(crate) reasoning: Option<String>,
    pub(crate) channel: Option<String>,
    pub(crate) tool_calls: Option<Vec<ToolCallDelta>>,
    pub(crate) function_call: Option<FunctionCallDelta>,
    pub(crate) executed_tools: Option<Vec<ExecutedTool>>,
    pub(crate) annotations: Option<Vec<Annotation>>,
}

#[derive(Deserialize)]
pub(crate) struct ToolCallDelta {
    pub(crate) index: u32,
    pub(crate) id: Option<String>,
    #[serde(rename = "type")]
    pub(crate) type_: Option<ToolType>,
    pub(crate) function: Option<FunctionCallDelta>,
}

#[derive(Deserialize)]
pub(crate) struct FunctionCallDelta {
    pub(crate) name: Option<String>,
    pub(crate) arguments: Option<String>,
}

#[derive(Deserialize)]
pub(crate) struct StreamXGroq {
    pub(crate) id: Option<String>,
    pub(crate) seed: Option<i64>,
    pub(crate) usage: Option<CompletionUsage>,
    pub(crate) usage_breakdown: Option<UsageBreakdown>,
    pub(crate) error: Option<String>,
    pub(crate) debug: Option<DebugData>,
}

#[derive(Deserialize)]
pub(crate) struct CompletionUsage {
    pub(crate) prompt_tokens: u64,
    pub(crate) completion_tokens: u64,
    pub(crate) total_tokens: u64,
    pub(crate) queue_time: Option<f64>,
    pub(crate) prompt_time: Option<f64>,
    pub(crate) completion_time: Option<f64>,
    pub(crate) total_time: Option<f64>,
    pub(crate) prompt_tokens_details: Option<PromptTokensDetails>,
    pub(crate) completion_tokens_details: Option<CompletionTokensDetails>,
}

#[derive(Deserialize)]
pub(crate) struct PromptTokensDetails {
    pub(crate) cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct CompletionTokensDetails {
    pub(crate) reasoning_tokens: Option<u64>,
}

#[derive(Deserialize)]
pub(crate) struct UsageBreakdown {
    pub(crate) models: Option<Vec<ModelUsage>>,
}

#[derive(Deserialize)]
pub(crate) struct ModelUsage {
    pub(crate) model: String,
    pub(crate) usage: Option<CompletionUsage>,
}

#[derive(Deserialize)]
pub(crate) struct ChatCompletion {
    pub(crate) id: String,
    pub(crate) choices: Vec<Choice>,
    pub(crate) created: u64,
    pub(crate) model: String,
    pub(crate) object: Option<String>,
    pub(crate) usage: Option<CompletionUsage>,
    pub(crate) usage_breakdown: Option<UsageBreakdown>,
    pub(crate) service_tier: Option<ServiceTier>,
    pub(crate) system_fingerprint: Option<String>,
    pub(crate) mcp_list_tools: Option<Vec<McpToolList>>,
    pub(crate) x_groq: Option<XGroq>,
}

#[derive(Deserialize)]
pub(crate) struct Choice {
    pub(crate) index: u32,
    pub(crate) message: CompletionMessage,
    pub(crate) finish_reason: Option<FinishReason>,
    pub(crate) logprobs: Option<Logprobs>,
}

#[derive(Deserialize)]
pub(crate) struct CompletionMessage {
    pub(crate) role: Option<Role>,
    pub(crate) content: Option<String>,
    pub(crate) reasoning: Option<String>,
    pub(crate) tool_calls: Option<Vec<ToolCall>>,
    pub(crate) function_call: Option<FunctionCall>,
    pub(crate) executed_tools: Option<Vec<ExecutedTool>>,
    pub(crate) annotations: Option<Vec<Annotation>>,
}

#[derive(Deserialize)]
pub(crate) struct ToolCall {
    pub(crate) id: String,
    #[serde(rename = "type")]
    pub(crate) type_: ToolType,
    pub(crate) function: FunctionCall,
}

#[derive(Deserialize)]
pub(crate) struct FunctionCall {
    pub(crate) name: String,
    pub(crate) arguments: String,
}

#[derive(Deserialize)]
pub(crate) struct XGroq {
    pub(crate) id: Option<String>,
    pub(crate) seed: Option<i64>,
    pub(crate) usage: Option<CacheUsage>,
    pub(crate) debug: Option<DebugData>,
}

#[derive(Deserialize)]
pub(crate) struct CacheUsage {
    pub(crate) dram_cached_tokens: Option<u64>,
    pub(crate) sram_cached_tokens: Option<u64>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum FinishReason {
    Stop,
    Length,
    ToolCalls,
    FunctionCall,
    ContentFilter,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Role {
    System,
    Developer,
    User,
    Assistant,
    Tool,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ServiceTier {
    Auto,
    OnDemand,
    Flex,
    Performance,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ToolType {
    Function,
    BrowserSearch,
    CodeInterpreter,
    Mcp,
}
