//! `trampette disasm` as its users see it, on every host: it runs nothing that it shows.

mod command;
#[path = "../drawing/mod.rs"]
mod drawing;
mod goldens;
mod json;
mod refused;
mod text;
