//! The client for JavaScript: what `api/*.ts` needs of Rust, and no more.
//!
//! The classes that people use, their arguments' names and the waiting are TypeScript's, in `api`; sessions, queries and
//! their lost connections are `spark-connect-client`'s. Here the two meet: promises for futures, JavaScript values for
//! Arrow's. What a value becomes ([`value`]) knows no browser and is tested natively.

pub mod text;
pub mod value;
mod variant;

#[cfg(target_arch = "wasm32")]
mod arguments;
#[cfg(target_arch = "wasm32")]
mod call;
#[cfg(target_arch = "wasm32")]
mod client;
#[cfg(target_arch = "wasm32")]
mod objects;
#[cfg(target_arch = "wasm32")]
mod run;
#[cfg(target_arch = "wasm32")]
mod token;
