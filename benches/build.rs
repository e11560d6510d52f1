//! Compiles the native callbacks into the programs that measure.

fn main() {
    println!("cargo::rerun-if-changed=native/callbacks.c");
    cc::Build::new()
        .file("native/callbacks.c")
        .opt_level(2)
        .compile("native_callbacks");
}
