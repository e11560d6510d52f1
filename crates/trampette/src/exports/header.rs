//! What a file is, by its header alone: the rest may be damaged.

use std::env::consts::{ARCH, OS};
use std::fs::File;
use std::path::Path;

use object::elf::{self, FileHeader32, FileHeader64};
use object::macho::{FatArch32, FatArch64};
use object::read::elf::{Dyn, FileHeader, ProgramHeader};
use object::read::macho::{FatArch, MachOFatFile};
use object::{Architecture, Endianness, FileKind, Object, ObjectKind, ReadCache, ReadRef};

use crate::open::Nature;

/// What a file is, to the loader of this process.
pub(crate) fn nature_of(path: &Path) -> Nature {
    let Ok(file) = File::open(path) else {
        return Nature::Unknown;
    };
    let data = &ReadCache::new(file);
    match FileKind::parse(data) {
        Ok(FileKind::Elf32) => elf_nature::<FileHeader32<Endianness>, _>(data),
        Ok(FileKind::Elf64) => elf_nature::<FileHeader64<Endianness>, _>(data),
        Ok(FileKind::Pe32 | FileKind::Pe64) => image_nature(data, "windows", "Windows"),
        Ok(FileKind::MachO32 | FileKind::MachO64) => image_nature(data, "macos", "macOS"),
        Ok(FileKind::MachOFat32) => fat_nature::<FatArch32, _>(data),
        Ok(FileKind::MachOFat64) => fat_nature::<FatArch64, _>(data),
        _ => Nature::NoLibrary,
    }
}

fn elf_nature<'data, Elf: FileHeader, R: ReadRef<'data>>(data: R) -> Nature {
    let Ok(header) = Elf::parse(data) else {
        return Nature::NoLibrary;
    };
    let Ok(endian) = header.endian() else {
        return Nature::NoLibrary;
    };
    let mut found = elf_machine(header.e_machine(endian), header.is_class_64());
    if header.is_class_64() != cfg!(target_pointer_width = "64") && found == ARCH {
        found.push_str(" of another pointer width");
    }
    if header.is_little_endian() != cfg!(target_endian = "little") && found == ARCH {
        found.push_str(" of the other byte order");
    }
    if found != ARCH {
        return Nature::Foreign(found);
    }
    if matches!(OS, "windows" | "macos") {
        return Nature::Foreign(format!("{found} Linux"));
    }
    let library =
        header.e_type(endian) == elf::ET_DYN && !is_program::<Elf, R>(header, endian, data);
    if library {
        Nature::Unknown
    } else {
        Nature::NoLibrary
    }
}

/// Whether it is a position-independent program, which is a library in all but this flag.
fn is_program<'data, Elf: FileHeader, R: ReadRef<'data>>(
    header: &Elf,
    endian: Elf::Endian,
    data: R,
) -> bool {
    let segments = header.program_headers(endian, data).unwrap_or_default();
    let entries = segments
        .iter()
        .filter_map(|segment| segment.dynamic(endian, data).ok().flatten())
        .flatten();
    entries
        .filter(|entry| entry.tag(endian) == elf::DT_FLAGS_1)
        .any(|entry| entry.val(endian) & elf::DF_1_PIE.0 != 0)
}

fn image_nature<'data, R: ReadRef<'data>>(data: R, os: &str, name: &str) -> Nature {
    let Ok(file) = object::File::parse(data) else {
        return Nature::Unknown;
    };
    let found = machine(file.architecture());
    if os != OS {
        return Nature::Foreign(format!("{found} {name}"));
    }
    match file.kind() {
        _ if found != ARCH => Nature::Foreign(found),
        ObjectKind::Dynamic => Nature::Unknown,
        _ => Nature::NoLibrary,
    }
}

fn fat_nature<'data, Fat: FatArch, R: ReadRef<'data>>(data: R) -> Nature {
    let Ok(file) = MachOFatFile::<Fat>::parse(data) else {
        return Nature::NoLibrary;
    };
    let machines: Vec<String> = file
        .arches()
        .iter()
        .map(|part| machine(part.architecture()))
        .collect();
    if OS != "macos" {
        return Nature::Foreign(format!("{} macOS", machines.join(" and ")));
    }
    if machines.iter().any(|machine| machine == ARCH) {
        return Nature::Unknown;
    }
    Nature::Foreign(machines.join(" and "))
}

/// The libraries that a Windows library needs, by name; none where the file cannot be read.
#[cfg(windows)]
pub(crate) fn needed_by(path: &Path) -> Vec<String> {
    let names = || {
        let data = &ReadCache::new(File::open(path).ok()?);
        let file = object::File::parse(data).ok()?;
        let imports = file.imports().ok()?;
        let names = imports
            .flatten()
            .map(|import| super::text(import.library()));
        Some(names.collect())
    };
    let mut names: Vec<String> = names().unwrap_or_default();
    names.dedup();
    names
}

/// A machine's name, as Rust has it.
pub(super) fn machine(architecture: Architecture) -> String {
    match architecture {
        Architecture::I386 => "x86".into(),
        Architecture::Unknown => "an unknown machine".into(),
        known => format!("{known:?}").to_lowercase(),
    }
}

/// The same, of an ELF header.
fn elf_machine(machine: elf::Machine, wide: bool) -> String {
    let name = match (machine, wide) {
        (elf::EM_X86_64, _) => "x86_64",
        (elf::EM_386, _) => "x86",
        (elf::EM_AARCH64, _) => "aarch64",
        (elf::EM_ARM, _) => "arm",
        (elf::EM_RISCV, true) => "riscv64",
        (elf::EM_RISCV, false) => "riscv32",
        (elf::EM_PPC64, _) => "powerpc64",
        (elf::EM_PPC, _) => "powerpc",
        (elf::EM_S390, _) => "s390x",
        (elf::EM_LOONGARCH, true) => "loongarch64",
        (elf::EM_LOONGARCH, false) => "loongarch32",
        (elf::EM_MIPS, true) => "mips64",
        (elf::EM_MIPS, false) => "mips",
        (elf::EM_SPARCV9, _) => "sparc64",
        _ => return format!("machine {}", machine.0),
    };
    name.into()
}
