//! What a library file exports, of any platform on any host.
