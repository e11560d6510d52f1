//! A variadic function that writes to a buffer of ours: `snprintf`.
//!
//! `cargo run -p trampette --example snprintf`

use trampette::{Error, Library, Value};

fn main() -> Result<(), Error> {
    let snprintf = Library::process().bind("int snprintf(char *, size_t, const char *, ...)")?;

    // What C writes to is passed as a pointer; what it only reads, as a string.
    let mut buffer = [0u8; 64];
    let arguments = [
        Value::Pointer(buffer.as_mut_ptr().cast()),
        Value::from(buffer.len() as u64),
        Value::try_from("%s has %d moons, the largest of %.1f km")?,
        Value::try_from("Mars")?,
        Value::from(2),
        Value::from(22.2),
    ];
    // SAFETY: this is the signature of `snprintf`; the buffer has as many bytes as we say, and the
    // format asks for a string, an int and a double.
    let written = unsafe { snprintf.call(&arguments)? };

    let text =
        String::from_utf8_lossy(&buffer[..buffer.iter().position(|&byte| byte == 0).unwrap_or(0)]);
    println!("{text} ({written} bytes)");
    assert_eq!(text, "Mars has 2 moons, the largest of 22.2 km");
    assert_eq!(written, Value::I32(40));
    Ok(())
}
