//! The tests of `trampette-cdecl`: tables of good and bad C, how errors look, and garbage.

mod constants;
mod corpus;
mod declarations;
mod errors;
mod garbage;
mod generic;
mod headers;
mod initialisers;
mod old_style;
mod printing;
mod prototypes;
mod rendering;
