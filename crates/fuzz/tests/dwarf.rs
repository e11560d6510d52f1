//! Debugging information that is damaged: read, or refused, in bounded time.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use std::fs;
use std::process::Command;

use object::{Object, ObjectSection};
use trampette_fuzz::dwarf::{Described, describe_object};

const SOURCE: &str = "\
typedef struct { char a; union { short b; struct { int c; double d[2][3]; }; }; void *e; } t;
t variable;
";

fn object(version: &str) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let (source, made) = (folder.path().join("t.c"), folder.path().join("t.o"));
    fs::write(&source, SOURCE).unwrap();
    let mut gcc = Command::new("gcc");
    let gcc = gcc.args(["-c", version, "-o"]).arg(&made).arg(&source);
    assert!(gcc.status().unwrap().success());
    fs::read(made).unwrap()
}

#[test]
fn a_damaged_object_file_is_read_or_refused() {
    let object = object("-gdwarf-5");
    let Described::Record { members, .. } = &describe_object(&object, &["t"]).unwrap()[0] else {
        panic!("a struct");
    };
    assert_eq!(members.len(), 3);
    let (mut read, mut refused) = (0, 0);
    for at in 0..object.len() {
        for change in [0x01, 0xFF] {
            let mut damaged = object.clone();
            damaged[at] ^= change;
            match describe_object(&damaged, &["t"]) {
                Ok(_) => read += 1,
                Err(error) => {
                    assert!(!error.to_string().is_empty());
                    refused += 1;
                }
            }
        }
    }
    assert!(
        read > 100 && refused > 100,
        "{read} read, {refused} refused"
    );
}

#[test]
fn a_part_of_an_object_file_is_read_or_refused() {
    let object = object("-gdwarf-4");
    let told = |len: &usize| describe_object(&object[..*len], &["t"]).is_ok();
    assert!((0..object.len() / 2).all(|len| !told(&len)));
    assert!(told(&object.len()));
}

#[test]
fn a_type_that_stands_in_itself_has_no_end() {
    let whole = object("-gdwarf-4");
    let file = object::File::parse(&*whole).unwrap();
    let section = file.section_by_name(".debug_info").unwrap();
    let (start, size) = section.file_range().unwrap();
    let range = usize::try_from(start).unwrap()..usize::try_from(start + size).unwrap();
    // Some byte is a reference to a type, and some value of it makes that the type which it stands in.
    let damages = range.flat_map(|at| (0x1D..=0xFF).map(move |value| (at, value)));
    let is_endless = |(at, value): (usize, u8)| {
        let mut damaged = whole.clone();
        damaged[at] = value;
        let error = describe_object(&damaged, &["t"]).err();
        error.is_some_and(|error| error.to_string().contains("without end"))
    };
    assert!(damages.into_iter().any(is_endless));
}
