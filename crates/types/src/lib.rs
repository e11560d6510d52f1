//! C types, data models, layouts and signatures for the Trampette FFI engine.
