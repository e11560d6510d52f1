//! `trampette call`: bind, convert the arguments, call, flush, print.

use std::ffi::OsString;
use std::io;

use trampette::cdecl::Declarations;
use trampette::{Error, Function, Library, MODEL, Value};

use crate::args;
use crate::argument::{Buffers, Context, Problem, parse_argument, parse_variadic};
use crate::declared::{self, Declared};
use crate::failure::Failure;
use crate::headers;
use crate::output;

pub(crate) fn run(call: &args::Call) -> Result<(), Failure> {
    let (name, declared, declarations) = match call.headers.read(&MODEL)? {
        Some(declarations) => {
            let (name, declared) = headers::function(&declarations, &call.signature)?;
            (name, declared, declarations)
        }
        None => {
            let (name, declared) = Declared::parse_named(&call.signature)?;
            (name, declared, declared::around(&call.signature))
        }
    };
    let library = match args::library(&call.library) {
        // SAFETY: running this library's initialisers is what the user asks for.
        Some(name) => unsafe { Library::open(name)? },
        None => Library::process(),
    };
    let function = library.function(&name, &declared.signature)?;
    check_count(&function, call.arguments.len())?;
    let mut buffers = Buffers::default();
    let texts = Texts {
        declared: &declared,
        declarations: &declarations,
        arguments: &call.arguments,
    };
    let (function, values) = texts.prepare(function, &mut buffers)?;
    // SAFETY: that the function has this signature and takes these arguments is the user's promise.
    let result = unsafe { function.call(&values)? };
    flush_c_output()?;
    if call.json {
        output::print_json(&result, function.signature().result(), &buffers)?;
    } else {
        output::print_plain(&result, function.signature().result(), &buffers)?;
    }
    Ok(())
}

/// Counts before anything is converted.
fn check_count(function: &Function, found: usize) -> Result<(), Failure> {
    let signature = function.signature();
    let expected = signature.params().len();
    let variadic = signature.is_open();
    if found == expected || (variadic && found > expected) {
        return Ok(());
    }
    Err(Error::ArgumentCount {
        expected,
        found,
        variadic,
    }
    .into())
}

/// The arguments as they were written, and what they are read by.
struct Texts<'a> {
    declared: &'a Declared,
    declarations: &'a Declarations,
    arguments: &'a [OsString],
}

impl Texts<'_> {
    /// The arguments as values, and the function as this one call sees it.
    fn prepare(
        &self,
        function: Function,
        buffers: &mut Buffers,
    ) -> Result<(Function, Vec<Value>), Failure> {
        let params = self.declared.signature.params();
        let (fixed, variadic) = self.arguments.split_at(params.len());
        let mut values = Vec::with_capacity(self.arguments.len());
        for (index, (text, ty)) in fixed.iter().zip(params).enumerate() {
            let context = &mut self.context(index, buffers);
            let value = parse_argument(text.as_encoded_bytes(), ty, context);
            values.push(value.map_err(|problem| self.refused(index, &problem))?);
        }
        if !function.signature().is_open() {
            return Ok((function, values));
        }
        let mut types = Vec::with_capacity(variadic.len());
        for (index, text) in (params.len()..).zip(variadic) {
            let context = &mut self.context(index, buffers);
            let parsed = parse_variadic(text.as_encoded_bytes(), context);
            let (ty, value) = parsed.map_err(|problem| self.refused(index, &problem))?;
            types.push(ty);
            values.push(value);
        }
        Ok((function.with_variadic_arguments(&types)?, values))
    }

    fn context<'c>(&'c self, index: usize, buffers: &'c mut Buffers) -> Context<'c> {
        Context {
            buffers: buffers.of_argument(index),
            declarations: self.declarations,
        }
    }

    fn refused(&self, index: usize, problem: &Problem) -> Failure {
        Failure::Arguments(format!("{}: {problem}", self.declared.argument(index)))
    }
}

/// Writes out what C's stdio holds back, so that it stands before the result.
fn flush_c_output() -> Result<(), Failure> {
    let signature = "(ptr) -> int".parse().map_err(Error::from)?;
    // A process without C's stdio has nothing to flush.
    let Ok(fflush) = Library::process().function("fflush", &signature) else {
        return Ok(());
    };
    // SAFETY: this is `fflush`, which takes NULL for all streams.
    let done = unsafe { fflush.call(&[Value::NULL])? };
    if done == Value::I32(0) {
        Ok(())
    } else {
        Err(io::Error::last_os_error().into())
    }
}
