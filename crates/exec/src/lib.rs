//! Executable memory that is written once, sealed and never patched, for the Trampette FFI engine.
