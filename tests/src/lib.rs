//! C fixtures and suites of the Trampette FFI engine.
