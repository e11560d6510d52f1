//! Layouts as compilers have them: what debugging information says of a type, against [`CType::layout`].
//!
//! ```text
//! CType ----> C source ----> object file ----> Described ----> Disagreement
//!     declare        compiler -g         read          compare
//! ```
//!
//! `sizeof` and `offsetof` answer for what has a name. DWARF says of every member where its bits are, of
//! those without a name too; and it can be read for any target, whose code need not run here.
//!
//! ```
//! use trampette::MODEL;
//! use trampette_fuzz::compiler::builds;
//! use trampette_fuzz::dwarf::{Platform, Version, compare, describe};
//!
//! let platform = Platform { build: builds()[0], version: Version::V4, model: MODEL };
//! let unpacked = &describe(&["{i8, {f64, i16}}".parse()?], &platform)?[0];
//!
//! let same = compare(&"{i8, {f64, i16}}".parse()?, unpacked, &MODEL)?;
//! assert_eq!((same.members, same.disagreements.len()), (4, 0));
//!
//! let other = compare(&"{i8, {f64, i16}} packed".parse()?, unpacked, &MODEL)?;
//! let first = &other.disagreements[0];
//! assert_eq!(first.to_string(), "size: 24 bytes in C, 17 by the engine");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod compare;
mod declare;
mod described;
mod error;
mod inventory;
mod object;
mod read;

use std::fs;

use trampette::{CType, DataModel, Field, Int};

pub use compare::{Comparison, Disagreement, Property, compare};
pub use declare::{Unwritable, declare};
pub use described::{Described, Keyword, Kind, Part};
pub use error::DwarfError;
pub use inventory::{Inventory, inventory};

use crate::compiler::{self, Build};
use read::Reader;

/// A compiler as a witness of layouts.
#[derive(Clone, Copy, Debug)]
pub struct Platform {
    /// The compiler.
    pub build: Build,
    /// The debugging information that it is to write.
    pub version: Version,
    /// The C types of the target that it compiles for.
    pub model: DataModel,
}

/// A version of DWARF.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// DWARF 4.
    V4,
    /// DWARF 5.
    V5,
}

impl Version {
    /// Both.
    pub const ALL: [Self; 2] = [Self::V4, Self::V5];

    fn option(self) -> &'static str {
        match self {
            Self::V4 => "-gdwarf-4",
            Self::V5 => "-gdwarf-5",
        }
    }
}

/// What came of [`prove`].
#[derive(Debug, Default)]
pub struct Outcome {
    /// How many types were compared.
    pub types: usize,
    /// How many of their members, at every level: each was where it is to be, and of the right type.
    pub members: usize,
    /// The types of which the compiler and the engine have different views.
    pub disagreements: Vec<(CType, Disagreement)>,
    /// The types that were not compared, and why.
    pub left_out: Vec<(CType, Unwritable)>,
}

/// Compares what a compiler says of types with what the engine does. The alignment of each is compared as
/// well: as the place of a member of that type behind a `char`.
///
/// # Errors
///
/// When the compiler does not work, or what it wrote cannot be read.
pub fn prove(types: &[CType], platform: &Platform) -> Result<Outcome, DwarfError> {
    let mut outcome = Outcome::default();
    let mut asked = Vec::new();
    for ty in types {
        match declare(ty, "t", &platform.model) {
            Ok(_) => asked.push(ty.clone()),
            Err(why) => outcome.left_out.push((ty.clone(), why)),
        }
    }
    outcome.types = asked.len();
    let behind_char =
        |ty: &CType| CType::structure([CType::Int(Int::Char), ty.clone()].map(Field::from));
    let aligned: Vec<CType> = asked.iter().filter_map(|ty| behind_char(ty).ok()).collect();
    asked.extend(aligned);
    for (ty, described) in asked.iter().zip(describe(&asked, platform)?) {
        let compared = compare(ty, &described, &platform.model)?;
        outcome.members += compared.members;
        let disagreements = compared.disagreements.into_iter();
        outcome
            .disagreements
            .extend(disagreements.map(|what| (ty.clone(), what)));
    }
    Ok(outcome)
}

/// What a compiler says of these types.
///
/// # Errors
///
/// When C has no way to write one of them, the compiler does not work, or what it wrote cannot be read.
pub fn describe(types: &[CType], platform: &Platform) -> Result<Vec<Described>, DwarfError> {
    let mut source = declare::PRELUDE.to_owned();
    let names: Vec<String> = (0..types.len()).map(|index| format!("t{index}")).collect();
    for (ty, name) in types.iter().zip(&names) {
        let declaration = declare(ty, name, &platform.model);
        source += &declaration.map_err(|why| DwarfError::Unwritable {
            ty: ty.clone(),
            why,
        })?;
        source += &format!("{name} {name}_value;\n");
    }
    describe_c(&source, &names, platform)
}

/// What a compiler says of the types of these names in a C file, each of which some variable must have:
/// compilers leave out what is not used.
///
/// # Errors
///
/// When the compiler does not work, or what it wrote cannot be read, or does not tell of such a type.
pub fn describe_c<T: AsRef<str>>(
    source: &str,
    names: &[T],
    platform: &Platform,
) -> Result<Vec<Described>, DwarfError> {
    let mut options = vec!["-g", platform.version.option()];
    // GCC, and Clang for Apple, align vectors to no more than the registers that they are told of have.
    if platform.model.max_vector_align > 16 {
        options.push("-mavx512f");
    }
    let (folder, file) = compiler::object(platform.build, source, &options)?;
    let bytes = fs::read(&file).map_err(|source| DwarfError::Unreadable { file, source })?;
    drop(folder);
    describe_object(&bytes, names)
}

/// What an object file's debugging information says of the types of these names.
///
/// # Errors
///
/// When it cannot be read, or does not tell of such a type.
pub fn describe_object<T: AsRef<str>>(
    object: &[u8],
    names: &[T],
) -> Result<Vec<Described>, DwarfError> {
    let sections = object::sections(object)?;
    let reader = Reader::of(&sections)?;
    names
        .iter()
        .map(|name| reader.named(name.as_ref()))
        .collect()
}
