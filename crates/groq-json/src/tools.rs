//! Functions that the model may call, and the loop in which it does.

mod driver;
mod invocation;
mod run;
mod tool;

pub use driver::{Driver, RunOutput, Step, Turn};
pub use invocation::{Approval, ToolInvocation, ToolOutcome};
pub use run::Run;
pub use tool::Tool;
