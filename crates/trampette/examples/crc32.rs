//! zlib's `crc32` over a buffer, in the four ways to call.
//!
//! `cargo run -p trampette --example crc32`

use trampette::{Error, Library, Value};

/// The check value of CRC-32: that of the nine digits.
const CHECK: u32 = 0xCBF4_3926;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // SAFETY: loading zlib runs nothing that could do harm.
    let zlib = unsafe { Library::open("libz.so.1") }.map_err(|error| match error {
        Error::LibraryNotFound { .. } => {
            format!("this example needs zlib (Debian: zlib1g): {error}")
        }
        error => error.to_string(),
    })?;
    let crc32 = zlib.bind(
        "unsigned long crc32(unsigned long crc, const unsigned char *buf, unsigned int len)",
    )?;
    let data = b"123456789";
    let length = u32::try_from(data.len())?;

    // Values whose types are known only at run time.
    let arguments = [
        Value::from(0u64),
        Value::Pointer(data.as_ptr().cast_mut().cast()),
        Value::from(length),
    ];
    // SAFETY: this is the signature of `crc32`, and the buffer has as many bytes as we say.
    let dynamic = unsafe { crc32.call(&arguments)? };
    assert_eq!(dynamic, Value::U64(CHECK.into()));

    // Rust types, checked once.
    let typed = crc32.typed::<(u64, *const u8, u32), u64>()?;
    // SAFETY: as above.
    let sum = unsafe { typed.call((0, data.as_ptr(), length)) };
    assert_eq!(sum, CHECK.into());

    // A frame that is filled again and again, as an interpreter does: byte by byte here.
    let mut frame = crc32.frame();
    frame.set(0, 0u64)?;
    frame.set(2, 1u32)?;
    let (sum, byte) = (frame.slot::<u64>(0)?, frame.slot::<*const u8>(1)?);
    let mut running = 0;
    for place in data {
        // SAFETY: the slot is of this frame.
        unsafe { frame.put(sum, running) };
        // SAFETY: the slot is of this frame.
        unsafe { frame.put(byte, std::ptr::from_ref(place)) };
        // SAFETY: as above; every argument is set, and the result is an unsigned long.
        running = unsafe { crc32.call_frame::<u64>(&mut frame) };
    }
    assert_eq!(running, CHECK.into());

    // The C function's own pointer.
    let pointer = crc32.as_fn::<unsafe extern "C" fn(u64, *const u8, u32) -> u64>()?;
    // SAFETY: as above.
    let sum = unsafe { pointer(0, data.as_ptr(), length) };
    assert_eq!(sum, CHECK.into());

    println!("crc32(\"123456789\") = {CHECK:#010x}, in all four ways");
    Ok(())
}
