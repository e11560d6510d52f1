//! An FFI engine: call C functions whose signatures are known only at run time, through machine code written for each signature.
