//! C declarations to types and signatures for the Trampette FFI engine.
