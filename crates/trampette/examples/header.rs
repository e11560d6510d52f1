//! Reads a header as it is, through the preprocessor of this machine's C compiler, and calls what it declares.

use trampette::cdecl::{Declarations, Header, Options};
use trampette::{Library, MODEL, Value};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut declarations = Declarations::new(Options::new(MODEL));
    declarations.header(&Header::new("stdlib.h"))?;
    let libc = Library::process().bind_all(&declarations);

    let div = libc.function("div")?;
    // SAFETY: the header says what `div` takes, and the divisor is not zero.
    let result = unsafe { div.call(&[Value::from(7), Value::from(2)])? };
    assert_eq!(result.to_string(), "{quot: 3, rem: 1}");
    assert_eq!(
        declarations.constant("EXIT_FAILURE")?.value.integer(),
        Some(1)
    );
    assert_eq!(declarations.offset_of("div_t", "rem")?, 4);

    let (bound, missing) = (libc.functions().len(), libc.missing().len());
    println!("stdlib.h: {bound} functions, and {missing} names that this process has not");
    Ok(())
}
