//! Structs by value: C's division functions, dynamically with fields by name, and as Rust structs.
//!
//! `cargo run -p trampette --example structs`

use trampette::{Error, Library, Value, c_struct};

#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(C)]
struct LongQuotient {
    quot: i64,
    rem: i64,
}

c_struct!(LongQuotient {
    quot: i64,
    rem: i64
});

fn main() -> Result<(), Error> {
    let process = Library::process();

    // A struct whose type is known only now: eight bytes in one register.
    let div = process.bind("struct { int quot; int rem; } div(int, int)")?;
    // SAFETY: this is the signature of `div`, and the divisor is not zero.
    let quotient = unsafe { div.call(&[Value::from(7), Value::from(2)])? };
    println!("div(7, 2)       = {quotient}");
    let fields = quotient.as_aggregate().expect("a struct");
    assert_eq!(
        (fields.field("quot")?, fields.field("rem")?),
        (Value::I32(3), Value::I32(1))
    );

    // The same with a Rust struct: sixteen bytes in two registers.
    let ldiv = process.bind("struct { long quot; long rem; } ldiv(long, long)")?;
    let ldiv = ldiv.typed::<(i64, i64), LongQuotient>()?;
    // SAFETY: this is the signature of `ldiv`, and the divisor is not zero.
    let quotient = unsafe { ldiv.call((-7_000_000_000, 2_000_000_000)) };
    println!("ldiv(-7e9, 2e9) = {quotient:?}");
    assert_eq!(
        quotient,
        LongQuotient {
            quot: -3,
            rem: -1_000_000_000
        }
    );

    // A struct behind a pointer, which C fills in.
    let gmtime_r = process.bind("void *gmtime_r(const long *, void *)")?;
    let tm = "{sec: int, min: int, hour: int, mday: int, mon: int, year: int, rest: [i64; 6]}";
    let layout = tm.parse::<trampette::CType>()?.layout(&trampette::MODEL)?;
    let (mut time, seconds) = (vec![0u8; layout.size()], 1_000_000_000i64);
    let arguments = [
        Value::Pointer((&raw const seconds).cast_mut().cast()),
        Value::Pointer(time.as_mut_ptr().cast()),
    ];
    // SAFETY: this is the signature of `gmtime_r`; both pointers are to what it expects, and the buffer
    // is as large as `struct tm`.
    unsafe { gmtime_r.call(&arguments)? };
    let time = trampette::Aggregate::from_bytes(&tm.parse()?, &time)?;
    println!(
        "second 10^9 was at {}:{}:{}",
        time.field("hour")?,
        time.field("min")?,
        time.field("sec")?
    );
    assert_eq!(time.field("year")?, Value::I32(101));
    Ok(())
}
