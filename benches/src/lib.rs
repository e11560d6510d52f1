//! What the benchmarks share: a stopwatch that compares ways of doing one thing within one process, and
//! the C functions that are called.

pub mod fixture;
pub mod native;
pub mod stopwatch;

/// The README's examples, compiled and run as it shows them.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
