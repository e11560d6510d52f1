//! What the benchmarks share: a stopwatch that compares ways of doing one thing within one process, and
//! the C functions that are called.

pub mod fixture;
pub mod stopwatch;
