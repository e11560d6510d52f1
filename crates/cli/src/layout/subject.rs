//! What is shown: a type, as one platform lays it out.

use std::ffi::OsStr;

use trampette::cdecl::{Options, parse_named_type};
use trampette::{CType, DataModel, Layout, MODEL, TypeError};

use crate::args;
use crate::failure::Failure;

/// What stands for a file's name above the line of a malformed declaration.
const ORIGIN: &str = "<declaration>";

pub(super) struct Subject {
    /// What the declaration calls it.
    pub(super) name: Option<String>,
    pub(super) ty: CType,
    pub(super) layout: Layout,
    pub(super) model: DataModel,
}

impl Subject {
    pub(super) fn of(args: &args::Layout) -> Result<Self, Failure> {
        let text = utf8(&args.declaration)?;
        let model = args.model.unwrap_or(MODEL);
        let (name, ty) = declared(text, &model)?;
        let layout = ty.layout(&model).and_then(|layout| match layout.is_void() {
            true => Err(TypeError::VoidValue),
            false => Ok(layout),
        });
        Ok(Self {
            layout: layout.map_err(|error| malformed(text, 0..text.len(), &error.to_string()))?,
            name,
            ty,
            model,
        })
    }
}

impl Subject {
    /// A type that was found elsewhere.
    pub(super) fn new(name: Option<String>, ty: CType, model: DataModel) -> Result<Self, Failure> {
        let layout = ty.layout(&model).and_then(|layout| match layout.is_void() {
            true => Err(TypeError::VoidValue),
            false => Ok(layout),
        });
        Ok(Self {
            layout: layout.map_err(trampette::Error::from)?,
            name,
            ty,
            model,
        })
    }
}

/// Reads C, or what is no C but compact text. What both understand means the same.
fn declared(text: &str, model: &DataModel) -> Result<(Option<String>, CType), Failure> {
    let c = match parse_named_type(text, &Options::new(*model)) {
        Ok(named) => return Ok((named.name, named.ty)),
        Err(error) => error,
    };
    let compact = match text.parse::<CType>() {
        Ok(ty) => return Ok((None, ty)),
        Err(error) => error,
    };
    // No declaration of C begins like this.
    let is_compact = text.trim_start().starts_with(['{', '[', '*']);
    Err(if is_compact {
        malformed(text, compact.span(), &compact.kind().to_string())
    } else {
        malformed(text, c.span(), &c.kind().to_string())
    })
}

fn utf8(text: &OsStr) -> Result<&str, Failure> {
    text.to_str().ok_or_else(|| {
        let shown = text.to_string_lossy();
        let at = shown.find(char::REPLACEMENT_CHARACTER).unwrap_or(0);
        let span = at..at + char::REPLACEMENT_CHARACTER.len_utf8();
        malformed(&shown, span, "the declaration is not UTF-8")
    })
}

fn malformed(text: &str, span: std::ops::Range<usize>, message: &str) -> Failure {
    Failure::Text {
        origin: ORIGIN,
        text: text.into(),
        span,
        message: message.into(),
    }
}
