//! SQLite calls Rust: a row callback, and a function of SQL's.
//!
//! `cargo run -p trampette --example sqlite_callbacks`

use std::cell::RefCell;
use std::ffi::{CStr, c_char, c_void};
use std::ptr::null_mut;

use trampette::{Callback, Error, Library, TypedFunction};

type Database = *mut c_void;
type Context = *mut c_void;
type SqlValue = *mut c_void;

/// `SQLITE_UTF8`, and that the function gives the same for the same arguments.
const UTF8_DETERMINISTIC: i32 = 1 | 0x800;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    // SAFETY: loading SQLite runs nothing that could do harm.
    let sqlite = unsafe { Library::open("libsqlite3.so.0") }.map_err(|error| match error {
        Error::LibraryNotFound { .. } => {
            format!("this example needs SQLite (Debian: libsqlite3-0): {error}")
        }
        error => error.to_string(),
    })?;
    let open: TypedFunction<(&CStr, *mut Database), i32> = sqlite
        .bind("int sqlite3_open(const char *, void **)")?
        .typed()?;
    let mut database = null_mut();
    // SAFETY: the name is text, and the pointer is to a place for the handle.
    assert_eq!(unsafe { open.call((c":memory:", &raw mut database)) }, 0);

    let hypot = define_hypot(&sqlite, database)?;
    query(&sqlite, database)?;

    let close: TypedFunction<(Database,), i32> =
        sqlite.bind("int sqlite3_close(void *)")?.typed()?;
    // SAFETY: the database is open, and not used again.
    assert_eq!(unsafe { close.call((database,)) }, 0);
    // SQLite does not know the function any more.
    drop(hypot);
    Ok(())
}

/// Gives SQL a function `hypot(x, y)`, which lives as long as the callback.
fn define_hypot(sqlite: &Library, database: Database) -> Result<Callback, Error> {
    let value: TypedFunction<(SqlValue,), f64> = sqlite
        .bind("double sqlite3_value_double(void *)")?
        .typed()?;
    let result: TypedFunction<(Context, f64), ()> = sqlite
        .bind("void sqlite3_result_double(void *, double)")?
        .typed()?;
    let hypot = Callback::from_fn(
        move |context: Context, _count: i32, values: *mut SqlValue| {
            // SAFETY: SQLite passes as many values as the function was declared with: two.
            let values = unsafe { std::slice::from_raw_parts(values, 2) };
            // SAFETY: each is a value of SQLite's.
            let number = |index: usize| unsafe { value.call((values[index],)) };
            let length = f64::hypot(number(0), number(1));
            // SAFETY: SQLite passes the context of this call.
            unsafe { result.call((context, length)) };
        },
    )?;
    let create = sqlite.bind(
        "int sqlite3_create_function_v2(void *, const char *name, int arguments, int flags, void *,
             void (*call)(void *, int, void **), void (*step)(void *, int, void **),
             void (*final)(void *), void (*destroy)(void *))",
    )?;
    type Pointer = *const c_void;
    type Create = (
        Database,
        &'static CStr,
        i32,
        i32,
        Pointer,
        Pointer,
        Pointer,
        Pointer,
        Pointer,
    );
    let create: TypedFunction<Create, i32> = create.typed()?;
    let none = std::ptr::null();
    let arguments = (
        database,
        c"hypot",
        2,
        UTF8_DETERMINISTIC,
        none,
        hypot.as_ptr(),
        none,
        none,
        none,
    );
    // SAFETY: this is the signature, and the callback outlives the database's use of it.
    assert_eq!(unsafe { create.call(arguments) }, 0);
    Ok(hypot)
}

/// Runs a query, and lets SQLite hand each row to a closure.
fn query(sqlite: &Library, database: Database) -> Result<(), Error> {
    let rows = RefCell::new(Vec::new());
    let collect =
        move |_: *mut c_void, count: i32, values: *mut *mut c_char, _: *mut *mut c_char| {
            // SAFETY: SQLite passes as many values as the row has columns.
            let values =
                unsafe { std::slice::from_raw_parts(values, usize::try_from(count).unwrap_or(0)) };
            let text = |value: &*mut c_char| {
                // SAFETY: none of them is NULL here, so each is text that ends with NUL.
                unsafe { CStr::from_ptr(*value) }
                    .to_string_lossy()
                    .into_owned()
            };
            let row: Vec<String> = values.iter().map(text).collect();
            println!("row: {}", row.join(" | "));
            rows.borrow_mut().push(row);
            0
        };
    // The closure is bound to this thread, where SQLite calls it.
    let collect = Callback::local(collect)?;
    type Exec = (
        Database,
        &'static CStr,
        *const c_void,
        *mut c_void,
        *mut *mut c_char,
    );
    let exec: TypedFunction<Exec, i32> = sqlite
        .bind(
            "int sqlite3_exec(void *, const char *sql, int (*row)(void *, int, char **, char **),
                 void *, char **error)",
        )?
        .typed()?;
    let sql = c"SELECT 'legs', 3, 4, hypot(3, 4) UNION ALL SELECT 'legs', 5, 12, hypot(5, 12)";
    // SAFETY: this is the signature, and the callback lives until the call returns.
    let status = unsafe { exec.call((database, sql, collect.as_ptr(), null_mut(), null_mut())) };
    assert_eq!(status, 0);
    Ok(())
}
