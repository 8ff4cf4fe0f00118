//! Sends a body that is made anew for every attempt.

#[cfg(not(target_arch = "wasm32"))]
mod streamed;
#[cfg(target_arch = "wasm32")]
mod whole;

#[cfg(not(target_arch = "wasm32"))]
pub(super) use streamed::send;
#[cfg(target_arch = "wasm32")]
pub(super) use whole::send;
