//! Headers in the place of declarations on the command line: `--header sqlite3.h`.

use std::ffi::{OsStr, OsString};
use std::io::{self, BufWriter};

use clap::Args as ClapArgs;
use trampette::cdecl::{Constant, ConstantValue, Declaration, Declarations, Header, Options};
use trampette::{CType, DataModel, Error, F80, F128, MODEL, Scalar};

use crate::args;
use crate::declared::Declared;
use crate::failure::Failure;
use crate::layout;

/// The headers that are read, and how.
#[derive(Debug, Default, ClapArgs)]
#[command(next_help_heading = "Headers")]
pub(crate) struct Headers {
    /// A C header, a path or what follows `#include <`, that this machine's C compiler preprocesses. May be given
    /// several times: each finds what those before it define.
    #[arg(long = "header", value_name = "HEADER")]
    headers: Vec<String>,

    /// Define a macro for the headers, `NAME` or `NAME=VALUE`.
    #[arg(short = 'D', value_name = "MACRO", requires = "headers")]
    defines: Vec<OsString>,

    /// Look for headers in this folder as well.
    #[arg(short = 'I', value_name = "FOLDER", requires = "headers")]
    includes: Vec<OsString>,

    /// Do not define `_GNU_SOURCE`.
    #[arg(long, requires = "headers")]
    no_gnu_source: bool,
}

impl Headers {
    /// What the headers declare; `None` if none are given.
    pub(crate) fn read(&self, model: &DataModel) -> Result<Option<Declarations>, Failure> {
        let Some((first, others)) = self.headers.split_first() else {
            return Ok(None);
        };
        let header = Header::new(first).gnu_source(!self.no_gnu_source);
        let header = others.iter().fold(header, Header::and);
        let header = self.defines.iter().fold(header, Header::define);
        let header = self.includes.iter().fold(header, Header::include);
        let mut declarations = Declarations::new(Options::new(*model));
        declarations.header(&header)?;
        Ok(Some(declarations))
    }
}

/// `trampette layout`, of a declaration or of a name in headers.
pub(crate) fn layout(asked: &args::Layout) -> Result<(), Failure> {
    let model = asked.model.unwrap_or(MODEL);
    let Some(declarations) = asked.headers.read(&model)? else {
        return layout::run(asked);
    };
    let name = utf8(&asked.declaration)?;
    let (name, ty) = named_type(&declarations, name)?;
    let out = &mut BufWriter::new(io::stdout().lock());
    layout::show_type(out, Some(name), ty, model, asked)
}

/// The type of an expression, of a tag without its keyword, or of a variable.
fn named_type(declarations: &Declarations, name: &str) -> Result<(String, CType), Failure> {
    let error = match declarations.ty(name) {
        Ok(ty) => return Ok((name.into(), ty)),
        Err(error) => error,
    };
    for keyword in ["struct", "union", "enum"] {
        let tagged = format!("{keyword} {name}");
        if declarations.entry(&tagged).is_some()
            && let Ok(ty) = declarations.ty(&tagged)
        {
            return Ok((tagged, ty));
        }
    }
    if let Ok(variable) = declarations.variable(name) {
        return Ok((name.into(), variable.ty.clone()));
    }
    Err(Failure::Text {
        origin: "<type>",
        text: name.into(),
        span: error.span(),
        message: error.kind().to_string(),
    })
}

/// The function of this name in headers, and its name for linkers.
pub(crate) fn function(
    declarations: &Declarations,
    name: &OsStr,
) -> Result<(String, Declared), Failure> {
    let name = utf8(name)?;
    let prototype = declarations.function(name).map_err(Error::from)?;
    let declared = Declared {
        name: None,
        signature: prototype.signature.clone(),
        parameter_names: prototype.parameter_names.clone(),
    };
    let symbol = prototype.symbol.clone();
    Ok((symbol.unwrap_or_else(|| name.into()), declared))
}

/// The arguments, in which the names of constants are their values where a number is expected.
pub(crate) fn constants(
    declarations: &Declarations,
    declared: &Declared,
    arguments: &[OsString],
) -> Vec<OsString> {
    let params = declared.signature.params();
    let of_number = |index: usize| {
        matches!(
            params.get(index),
            Some(CType::Int(_) | CType::Enum(_) | CType::Float(_))
        )
    };
    let value = |(index, argument): (usize, &OsString)| {
        let constant = argument.to_str().filter(|_| of_number(index));
        let constant = constant.and_then(|name| declarations.constant(name).ok());
        match constant {
            Some(Constant {
                value: ConstantValue::Integer { value, .. },
                ..
            }) => value.to_string().into(),
            Some(Constant {
                value: ConstantValue::Float(value),
                ..
            }) => value.to_string().into(),
            Some(Constant {
                value: ConstantValue::Extended { format, bits },
                ..
            }) => match format {
                Scalar::F80 => F80::from_bits(bits).to_string().into(),
                _ => F128::from_bits(bits).to_string().into(),
            },
            _ => argument.clone(),
        }
    };
    arguments.iter().enumerate().map(value).collect()
}

/// What is declared of a symbol: as C, with the names that linkers know.
pub(crate) fn by_symbol<'a>(
    declarations: &'a Declarations,
) -> std::collections::HashMap<&'a str, &'a Declaration> {
    let symbol = |declaration: &'a Declaration| match declaration {
        Declaration::Function(prototype) => {
            let symbol = prototype.symbol.as_deref().or(prototype.name.as_deref())?;
            (!prototype.has_body).then_some((symbol, declaration))
        }
        Declaration::Variable(variable) => {
            let symbol = variable.symbol.as_deref().unwrap_or(&variable.name);
            Some((symbol, declaration))
        }
        _ => None,
    };
    let all = declarations.iter().map(|entry| entry.declaration());
    all.filter_map(symbol).collect()
}

fn utf8(text: &OsStr) -> Result<&str, Failure> {
    text.to_str().ok_or_else(|| {
        let shown = text.to_string_lossy();
        Failure::Arguments(format!("the name `{shown}` is not UTF-8"))
    })
}
