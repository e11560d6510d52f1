//! Call overhead of the Trampette FFI engine against its peers.
