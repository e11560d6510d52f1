//! Call layouts: where every byte of a C call travels, as data, for the Trampette FFI engine.
