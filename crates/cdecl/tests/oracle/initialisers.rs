//! Random arrays without a length, and what they begin with: braces left out, designators, lists and text. How long each
//! is becomes a static assertion.

use std::fmt::Write;

use trampette_cdecl::{Declarations, Options};
use trampette_types::DataModel;

use crate::random::Random;

/// A type, as far as initialisers see it.
enum Ty {
    Scalar(&'static str),
    Array(usize, Box<Ty>),
    Record {
        keyword: &'static str,
        /// Their names, or none where it is a record without.
        members: Vec<(Option<String>, Ty)>,
    },
}

/// So many declarations, each with an assertion about the size that it was read with.
pub(crate) fn checks(count: usize, seed: u64, model: DataModel) -> String {
    let mut random = Random::new(seed);
    let mut declarations = Declarations::new(Options::new(model));
    let mut source = String::new();
    for index in 0..count {
        let text = declaration(&mut random, index);
        let read = declarations.parse(&text);
        read.unwrap_or_else(|error| panic!("{error}"));
        let variable = declarations.variable(&format!("a{index}"));
        let ty = &variable.expect("it is declared").ty;
        let layout = ty.layout(&model).expect("it is small");
        let said = text.replace('"', "'");
        let size = layout.size();
        writeln!(
            source,
            "{text}\n_Static_assert(sizeof(a{index}) == {size}, \"{size}: {said}\");"
        )
        .expect("writing to a string works");
    }
    source
}

fn declaration(random: &mut Random, index: usize) -> String {
    let mut names = 0;
    let element = ty(random, 3, &mut names);
    let mut list = Vec::new();
    for _ in 0..=random.below(5) {
        list.push(match random.below(5) {
            0 => {
                let start = format!("[{}]", random.below(6));
                let (path, part) = path(random, &element, start);
                format!("{path} = {}", value(random, part))
            }
            1 => list_of(random),
            _ => "1".to_string(),
        });
    }
    let declared = declared(&element, format!("a{index}[]"));
    format!("{declared} = {{ {} }};", list.join(", "))
}

fn ty(random: &mut Random, levels: usize, names: &mut usize) -> Ty {
    match random.below(4) {
        0 if levels > 0 => Ty::Array(1 + random.below(3), Box::new(ty(random, levels - 1, names))),
        1 | 2 if levels > 0 => Ty::Record {
            keyword: random.pick(&["struct", "struct", "struct", "union"]),
            members: (0..=random.below(3))
                .map(|_| {
                    *names += 1;
                    let ty = ty(random, levels - 1, names);
                    let has_none = matches!(ty, Ty::Record { .. }) && random.below(3) == 0;
                    ((!has_none).then(|| format!("m{names}")), ty)
                })
                .collect(),
        },
        _ => Ty::Scalar(random.pick(&["int", "char", "short", "double"])),
    }
}

/// A declarator of this type.
fn declared(ty: &Ty, declarator: String) -> String {
    match ty {
        Ty::Scalar(name) => format!("{name} {declarator}"),
        Ty::Array(len, element) => declared(element, format!("{declarator}[{len}]")),
        Ty::Record { keyword, members } => {
            let members = members.iter();
            let members = members.map(|(name, ty)| declared(ty, name.clone().unwrap_or_default()));
            let members: Vec<String> = members.collect();
            format!("{keyword} {{ {}; }} {declarator}", members.join("; "))
        }
    }
}

/// A designator of the element, or of a part of it.
fn path<'t>(random: &mut Random, ty: &'t Ty, path: String) -> (String, &'t Ty) {
    match ty {
        _ if random.below(3) == 0 => (path, ty),
        Ty::Scalar(_) => (path, ty),
        Ty::Array(len, element) => {
            let index = random.below(*len);
            self::path(random, element, format!("{path}[{index}]"))
        }
        Ty::Record { members, .. } => {
            let (name, ty) = &members[random.below(members.len())];
            match name {
                Some(name) => self::path(random, ty, format!("{path}.{name}")),
                None => inside(random, ty, path),
            }
        }
    }
}

/// A designator of a member of a record without a name.
fn inside<'t>(random: &mut Random, ty: &'t Ty, path: String) -> (String, &'t Ty) {
    let Ty::Record { members, .. } = ty else {
        panic!("members without a name are records");
    };
    let (name, ty) = &members[random.below(members.len())];
    match name {
        Some(name) => self::path(random, ty, format!("{path}.{name}")),
        None => inside(random, ty, path),
    }
}

/// What a part of this type is: one number, a list, or text. (What text begins elsewhere, compilers disagree about.)
fn value(random: &mut Random, ty: &Ty) -> String {
    match ty {
        Ty::Array(_, element)
            if matches!(**element, Ty::Scalar("char")) && random.below(2) == 0 =>
        {
            random.pick(&["\"\"", "\"a\"", "{ \"ab\" }"]).to_string()
        }
        Ty::Array(..) | Ty::Record { .. } if random.below(2) == 0 => list_of(random),
        _ => "1".to_string(),
    }
}

fn list_of(random: &mut Random) -> String {
    let numbers = vec!["1"; 1 + random.below(3)];
    format!("{{ {} }}", numbers.join(", "))
}
