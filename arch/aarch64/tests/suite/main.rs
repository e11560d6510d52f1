//! Rows and code, on any host: nothing here runs what is emitted.

mod disassembly;
mod goldens;
mod rows;
