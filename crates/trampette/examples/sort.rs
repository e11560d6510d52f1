//! C calls Rust closures: `qsort` and `bsearch`.
//!
//! `cargo run -p trampette --example sort`

use std::cmp::Ordering;
use std::ffi::c_void;

use trampette::{Callback, Error, Library, Value};

fn main() -> Result<(), Error> {
    let process = Library::process();
    let compare_type = "int (*)(const void *, const void *)";
    let qsort = process.bind(&format!(
        "void qsort(void *, size_t, size_t, {compare_type})"
    ))?;
    let bsearch = process.bind(&format!(
        "void *bsearch(const void *key, const void *, size_t, size_t, {compare_type})"
    ))?;

    // A closure that captures what it sorts by.
    let center = 50;
    let distance = |number: *const i32| {
        // SAFETY: `qsort` and `bsearch` pass pointers to numbers.
        (unsafe { *number } - center).abs()
    };
    let by_distance = move |a: *const i32, b: *const i32| match distance(a).cmp(&distance(b)) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    };
    // It is borrowed for as long as C may call it.
    let compare = Callback::scoped(&by_distance)?;

    let mut numbers = [3, 97, 48, 61, 50, 12];
    let start = numbers.as_mut_ptr().cast::<c_void>();
    let (count, size) = (Value::from(numbers.len() as u64), Value::from(4u64));
    let compare = Value::from(&compare);
    let arguments = [
        Value::Pointer(start),
        count.clone(),
        size.clone(),
        compare.clone(),
    ];
    // SAFETY: this is the signature of `qsort`, and the array is as large as we say.
    unsafe { qsort.call(&arguments)? };
    println!("nearest to {center} first: {numbers:?}");
    assert_eq!(numbers, [50, 48, 61, 12, 3, 97]);

    let mut key = 61;
    let key = Value::Pointer((&raw mut key).cast());
    let arguments = [key, Value::Pointer(start), count, size, compare];
    // SAFETY: this is the signature of `bsearch`, and the array is sorted by this order.
    let found = unsafe { bsearch.call(&arguments)? };
    assert_eq!(found, Value::Pointer((&raw mut numbers[2]).cast()));
    println!("61 stands at {found}");
    Ok(())
}
