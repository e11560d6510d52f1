//! An SQLite query by prepared statements, without a binding crate.
//!
//! `cargo run -p trampette --example sqlite`

use std::ffi::{CStr, CString, c_char, c_void};
use std::ptr::null_mut;

use trampette::{Error, Library, TypedFunction};

/// SQLite's result codes.
const OK: i32 = 0;
const ROW: i32 = 100;

/// `SQLITE_TRANSIENT`: SQLite copies the text before the call returns.
const TRANSIENT: isize = -1;

type Database = *mut c_void;
type Statement = *mut c_void;

/// The functions of SQLite that this example calls.
struct Sqlite {
    open: TypedFunction<(&'static CStr, *mut Database), i32>,
    prepare: TypedFunction<(Database, *const c_char, i32, *mut Statement, *mut c_void), i32>,
    bind_text: TypedFunction<(Statement, i32, *const c_char, i32, isize), i32>,
    bind_double: TypedFunction<(Statement, i32, f64), i32>,
    step: TypedFunction<(Statement,), i32>,
    column_text: TypedFunction<(Statement, i32), Option<CString>>,
    column_double: TypedFunction<(Statement, i32), f64>,
    finalize: TypedFunction<(Statement,), i32>,
    close: TypedFunction<(Database,), i32>,
}

impl Sqlite {
    fn load() -> Result<Self, Error> {
        // SAFETY: loading SQLite runs nothing that could do harm.
        let library = unsafe { Library::open("libsqlite3.so.0")? };
        let bind = |prototype: &str| library.bind(prototype);
        Ok(Self {
            open: bind("int sqlite3_open(const char *name, void **database)")?.typed()?,
            prepare: bind(
                "int sqlite3_prepare_v2(void *, const char *, int, void **, const char **)",
            )?
            .typed()?,
            bind_text: bind("int sqlite3_bind_text(void *, int, const char *, int, intptr_t)")?
                .typed()?,
            bind_double: bind("int sqlite3_bind_double(void *, int, double)")?.typed()?,
            step: bind("int sqlite3_step(void *)")?.typed()?,
            column_text: bind("const char *sqlite3_column_text(void *, int)")?.typed()?,
            column_double: bind("double sqlite3_column_double(void *, int)")?.typed()?,
            finalize: bind("int sqlite3_finalize(void *)")?.typed()?,
            close: bind("int sqlite3_close(void *)")?.typed()?,
        })
    }

    fn open(&self) -> Database {
        let mut database = null_mut();
        // SAFETY: the name is text, and the pointer is to a place for the handle.
        let status = unsafe { self.open.call((c":memory:", &raw mut database)) };
        assert_eq!(status, OK);
        database
    }

    fn prepare(&self, database: Database, sql: &CStr) -> Statement {
        let mut statement = null_mut();
        let arguments = (database, sql.as_ptr(), -1, &raw mut statement, null_mut());
        // SAFETY: the database is open, the text ends with NUL, and the pointer is to a place for the
        // handle.
        let status = unsafe { self.prepare.call(arguments) };
        assert_eq!(status, OK, "{sql:?}");
        statement
    }

    /// Runs a statement that gives no rows.
    fn run(&self, statement: Statement) {
        // SAFETY: the statement is prepared.
        let status = unsafe { self.step.call((statement,)) };
        assert_ne!(status, ROW);
        // SAFETY: the statement is not used again.
        assert_eq!(unsafe { self.finalize.call((statement,)) }, OK);
    }

    fn insert(&self, database: Database, name: &CStr, radius: f64) {
        let statement = self.prepare(database, c"INSERT INTO planets VALUES (?, ?)");
        let text = (statement, 1, name.as_ptr(), -1, TRANSIENT);
        // SAFETY: the statement has two parameters, and the text ends with NUL.
        assert_eq!(unsafe { self.bind_text.call(text) }, OK);
        // SAFETY: as above.
        assert_eq!(unsafe { self.bind_double.call((statement, 2, radius)) }, OK);
        self.run(statement);
    }

    fn rows(&self, statement: Statement) -> Vec<(String, f64)> {
        let mut rows = Vec::new();
        // SAFETY: the statement is prepared.
        while unsafe { self.step.call((statement,)) } == ROW {
            // SAFETY: there is a row, and its first column is text.
            let name = unsafe { self.column_text.call((statement, 0)) }.unwrap_or_default();
            // SAFETY: there is a row, and its second column is a number.
            let radius = unsafe { self.column_double.call((statement, 1)) };
            rows.push((name.to_string_lossy().into_owned(), radius));
        }
        // SAFETY: the statement is not used again.
        assert_eq!(unsafe { self.finalize.call((statement,)) }, OK);
        rows
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sqlite = Sqlite::load().map_err(|error| match error {
        Error::LibraryNotFound { .. } => {
            format!("this example needs SQLite (Debian: libsqlite3-0): {error}")
        }
        error => error.to_string(),
    })?;
    let database = sqlite.open();
    sqlite.run(sqlite.prepare(database, c"CREATE TABLE planets (name TEXT, radius REAL)"));
    for (name, radius) in [(c"Mars", 3389.5), (c"Earth", 6371.0), (c"Neptune", 24622.0)] {
        sqlite.insert(database, name, radius);
    }
    let rows = sqlite.rows(sqlite.prepare(
        database,
        c"SELECT name, radius FROM planets WHERE radius > 5000 ORDER BY radius DESC",
    ));
    for (name, radius) in &rows {
        println!("{name:<8} {radius:>8} km");
    }
    assert_eq!(
        rows,
        [("Neptune".into(), 24622.0), ("Earth".into(), 6371.0)]
    );
    // SAFETY: every statement is finalized, and the database is not used again.
    assert_eq!(unsafe { sqlite.close.call((database,)) }, OK);
    Ok(())
}
