//! `trampette layout` as its users see it, on every host.

mod command;
#[path = "../drawing/mod.rs"]
mod drawing;
mod goldens;
mod json;
#[cfg(target_os = "linux")]
mod oracle;
mod refused;
mod text;
