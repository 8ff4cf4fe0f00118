//! Functions that the model may call, and the loop in which it does.

mod driver;
mod run;
mod tool;

pub use driver::{Call, Called, Driver, Ran, Step, Turn};
pub use run::{Approval, Run};
pub use tool::Tool;
