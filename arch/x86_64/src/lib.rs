//! x86_64 calling conventions and code emitters for the Trampette FFI engine.
