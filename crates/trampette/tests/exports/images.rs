//! PE and Mach-O files, made by hand: there may be no compiler for them here.

use trampette::{Export, ExportKind, exports_of_file};

use crate::find;
use crate::fixture::Fixture;
use crate::one;

/// Reads a file again and again, each time damaged in another way: cut off, or with a few bytes changed,
/// most of them in the headers and tables at its beginning.
pub(crate) fn damage(fixture: &Fixture, whole: &[u8], times: u32) {
    let mut random = Random(0x7261_6d70);
    // Files are slow there, under wine above all.
    let times = if cfg!(windows) { times / 10 } else { times };
    let (mut read, mut refused) = (0, 0);
    for _ in 0..times {
        let mut bytes = whole.to_vec();
        match random.below(4) {
            0 => bytes.truncate(random.below(whole.len())),
            _ => {
                for _ in 0..=random.below(8) {
                    let end = if random.below(2) == 0 {
                        whole.len()
                    } else {
                        whole.len().min(0x800)
                    };
                    let at = random.below(end);
                    bytes[at] =
                        [0, 1, 0x7f, 0x80, 0xff, random.0.to_le_bytes()[0]][random.below(6)];
                }
            }
        }
        match exports_of_file(fixture.file("damaged", bytes)) {
            Ok(_) => read += 1,
            Err(error) => {
                assert_eq!(error.code(), "unreadable-library");
                refused += 1;
            }
        }
    }
    assert!(
        read > 0 && refused > 0,
        "{read} were read and {refused} refused: the damage is too mild or too hard"
    );
}

/// xorshift64*.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap() % limit
    }
}

/// Little-endian bytes at an offset of a file that grows as needed.
#[derive(Default)]
struct Bytes(Vec<u8>);

impl Bytes {
    fn put(&mut self, at: usize, bytes: &[u8]) -> &mut Self {
        let end = at + bytes.len();
        if self.0.len() < end {
            self.0.resize(end, 0);
        }
        self.0[at..end].copy_from_slice(bytes);
        self
    }

    fn u16(&mut self, at: usize, value: u16) -> &mut Self {
        self.put(at, &value.to_le_bytes())
    }

    fn u32(&mut self, at: usize, value: u32) -> &mut Self {
        self.put(at, &value.to_le_bytes())
    }

    fn u64(&mut self, at: usize, value: u64) -> &mut Self {
        self.put(at, &value.to_le_bytes())
    }
}

/// A section of a PE file: address and size, offset, characteristics.
fn pe_section(file: &mut Bytes, at: usize, name: &str, address: u32, offset: u32, flags: u32) {
    file.put(at, name.as_bytes());
    file.u32(at + 8, 0x200)
        .u32(at + 12, address)
        .u32(at + 16, 0x200)
        .u32(at + 20, offset)
        .u32(at + 36, flags);
}

/// A DLL for x86_64 with the ordinals 5 to 9: a function with two names, a variable, a gap, a forwarder
/// and a function without a name.
fn dll() -> Vec<u8> {
    let mut file = Bytes::default();
    file.put(0, b"MZ").u32(0x3c, 0x40).put(0x40, b"PE\0\0");
    // The COFF header: machine, sections, size of the optional header, an executable DLL.
    file.u16(0x44, 0x8664)
        .u16(0x46, 3)
        .u16(0x54, 240)
        .u16(0x56, 0x2022);
    // The optional header: PE32+, image base, alignments, sizes, data directories, the export directory.
    file.u16(0x58, 0x20b)
        .u64(0x58 + 24, 0x1_8000_0000)
        .u32(0x58 + 32, 0x1000)
        .u32(0x58 + 36, 0x200);
    file.u32(0x58 + 56, 0x4000)
        .u32(0x58 + 60, 0x400)
        .u32(0x58 + 108, 16);
    file.u32(0x58 + 112, 0x3000).u32(0x58 + 116, 0x200);
    pe_section(&mut file, 0x148, ".text", 0x1000, 0x400, 0x6000_0020);
    pe_section(&mut file, 0x170, ".data", 0x2000, 0x600, 0xc000_0040);
    pe_section(&mut file, 0x198, ".edata", 0x3000, 0x800, 0x4000_0040);
    // The export directory: name, base, counts, and the three tables.
    let table = 0x800;
    file.u32(table + 12, 0x3100)
        .u32(table + 16, 5)
        .u32(table + 20, 5)
        .u32(table + 24, 4);
    file.u32(table + 28, 0x3028)
        .u32(table + 32, 0x3040)
        .u32(table + 36, 0x3060);
    for (index, address) in [0x1010, 0x2020, 0, 0x3150, 0x1030].into_iter().enumerate() {
        file.u32(table + 0x28 + 4 * index, address);
    }
    let names = [("alias", 0), ("counter", 1), ("function", 0), ("heap", 3)];
    for (index, (name, ordinal)) in names.into_iter().enumerate() {
        let at = 0x110 + 0x10 * index;
        file.u32(
            table + 0x40 + 4 * index,
            0x3000 + u32::try_from(at).unwrap(),
        );
        file.u16(table + 0x60 + 2 * index, ordinal)
            .put(table + at, name.as_bytes());
    }
    file.put(table + 0x100, b"tiny.dll")
        .put(table + 0x150, b"NTDLL.RtlAllocateHeap")
        .put(0x9ff, &[0]);
    file.0
}

#[test]
fn a_windows_library_is_read_with_ordinals_and_forwarders() {
    let fixture = Fixture::new();
    let exports = exports_of_file(fixture.file("tiny.dll", dll())).unwrap();
    let found = exports
        .iter()
        .map(|export| (&*export.name, export.ordinal, export.kind, export.address));
    let expected = [
        ("", Some(9), ExportKind::Function, 0x1030),
        ("alias", Some(5), ExportKind::Function, 0x1010),
        ("counter", Some(6), ExportKind::Variable, 0x2020),
        ("function", Some(5), ExportKind::Function, 0x1010),
        ("heap", Some(8), ExportKind::Forward, 0),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    assert_eq!(
        one(&exports, "heap").forward.as_deref(),
        Some("NTDLL!RtlAllocateHeap")
    );
    assert!(
        exports
            .iter()
            .all(|export| export.default && export.version.is_none() && export.size.is_none())
    );
}

#[test]
fn damaged_windows_libraries_never_panic() {
    damage(&Fixture::new(), &dll(), 3000);
}

/// A load command of a Mach-O file, which grows by it.
fn command(file: &mut Bytes, kind: u32, body: &[u8]) {
    let at = file.0.len();
    let size = u32::try_from(8 + body.len()).unwrap();
    file.u32(at, kind).u32(at + 4, size).put(at + 8, body);
    let (count, total) = (u32_at(&file.0, 16) + 1, u32_at(&file.0, 20) + size);
    file.u32(16, count).u32(20, total);
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// `LC_SEGMENT_64`, with one section of the same name and range.
fn segment(file: &mut Bytes, name: &str, address: u64, offset: u64, section: Option<(&str, u32)>) {
    let mut body = Bytes::default();
    body.put(0, name.as_bytes())
        .u64(16, address)
        .u64(24, 0x1000)
        .u64(32, offset)
        .u64(40, 0x200);
    body.u32(48, 5)
        .u32(52, 5)
        .u32(56, u32::from(section.is_some()))
        .u32(60, 0);
    if let Some((section, flags)) = section {
        body.put(64, section.as_bytes())
            .put(80, name.as_bytes())
            .u64(96, address)
            .u64(104, 0x1000);
        body.u32(112, u32::try_from(offset).unwrap())
            .u32(128, flags)
            .u32(140, 0);
    }
    command(file, 0x19, &body.0);
}

/// A dynamic library for this machine type with three exports in its trie: `_prefix` + `_call`,
/// `_count`, and `_other`, which is `_malloc` of another library.
fn dylib(machine: u32) -> Vec<u8> {
    let trie = b"\0\x01_prefix_\0\x0c\
        \0\x03call\0\x22count\0\x27other\0\x2c\
        \x03\x00\x80\x02\0\
        \x03\x04\x80\x20\0\
        \x0a\x08\x01_malloc\0\0";
    dylib_with(machine, trie)
}

fn dylib_with(machine: u32, trie: &[u8]) -> Vec<u8> {
    let mut file = Bytes::default();
    file.u32(0, 0xfeed_facf)
        .u32(4, machine)
        .u32(12, 6)
        .u64(24, 0x80);
    segment(&mut file, "__TEXT", 0, 0, Some(("__text", 0x8000_0400)));
    segment(&mut file, "__DATA", 0x1000, 0x400, Some(("__data", 0)));
    segment(&mut file, "__LINKEDIT", 0x2000, 0x600, None);
    // LC_LOAD_DYLIB: the name's offset, dates and versions, the name.
    let mut library = Bytes::default();
    library
        .u32(0, 24)
        .put(16, b"/usr/lib/libSystem.B.dylib\0\0\0\0\0\0");
    command(&mut file, 0xc, &library.0);
    // LC_DYLD_EXPORTS_TRIE: offset and size.
    let mut place = Bytes::default();
    place
        .u32(0, 0x600)
        .u32(4, u32::try_from(trie.len()).unwrap());
    command(&mut file, 0x8000_0033, &place.0);
    file.put(0x600, trie).put(0x7ff, &[0]);
    file.0
}

const X86_64: u32 = 0x0100_0007;
const ARM64: u32 = 0x0100_000c;
const POWERPC: u32 = 18;

fn check_dylib(exports: &[Export]) {
    let found = exports
        .iter()
        .map(|export| (&*export.name, export.kind, export.weak, export.address));
    let expected = [
        ("prefix_call", ExportKind::Function, false, 0x100),
        ("prefix_count", ExportKind::Variable, true, 0x1000),
        ("prefix_other", ExportKind::Forward, false, 0),
    ];
    assert_eq!(found.collect::<Vec<_>>(), expected);
    let forward = one(exports, "prefix_other").forward.as_deref();
    assert_eq!(forward, Some("/usr/lib/libSystem.B.dylib!malloc"));
}

#[test]
fn a_macos_library_is_read_by_its_trie() {
    let fixture = Fixture::new();
    check_dylib(&exports_of_file(fixture.file("libtiny.dylib", dylib(ARM64))).unwrap());
}

#[test]
fn a_trie_that_never_ends_is_refused() {
    let fixture = Fixture::new();
    // Each of fifteen nodes has two edges, `a` and `b`, to the next one: 32,768 ways to one export.
    let mut braid = Vec::new();
    for next in 1..=15 {
        let next = 8 * next;
        braid.extend([0, 2, b'a', 0, next, b'b', 0, next]);
    }
    braid.extend([2, 0, 0x10, 0]);
    let ways: [&[u8]; 3] = [&braid, b"\0\x01a\0\0", &[0x80; 32]];
    for trie in ways {
        let error =
            exports_of_file(fixture.file("libbraid.dylib", dylib_with(ARM64, trie))).unwrap_err();
        assert_eq!(error.code(), "unreadable-library");
    }
    let none = exports_of_file(fixture.file("libnone.dylib", dylib_with(ARM64, &[]))).unwrap();
    assert_eq!(none, []);
}

#[test]
fn damaged_macos_libraries_never_panic() {
    damage(&Fixture::new(), &dylib(X86_64), 3000);
}

/// A file for several machines, each part at a page of its own.
fn fat(parts: &[(u32, &[u8])]) -> Vec<u8> {
    let mut file = Bytes::default();
    file.put(0, &0xcafe_babe_u32.to_be_bytes());
    file.put(4, &u32::try_from(parts.len()).unwrap().to_be_bytes());
    for (index, (machine, part)) in parts.iter().enumerate() {
        let offset = 0x1000 * (index + 1);
        let fields = [
            *machine,
            0,
            u32::try_from(offset).unwrap(),
            u32::try_from(part.len()).unwrap(),
            12,
        ];
        for (field, value) in fields.into_iter().enumerate() {
            file.put(8 + 20 * index + 4 * field, &value.to_be_bytes());
        }
        file.put(offset, part);
    }
    file.0
}

#[test]
fn of_a_file_for_several_machines_this_ones_part_is_read() {
    let fixture = Fixture::new();
    let here = if cfg!(target_arch = "aarch64") {
        ARM64
    } else {
        X86_64
    };
    let bytes = fat(&[(POWERPC, b"nonsense"), (here, &dylib(here))]);
    check_dylib(&exports_of_file(fixture.file("libfat.dylib", bytes)).unwrap());

    let bytes = fat(&[(POWERPC, &dylib(POWERPC)), (POWERPC, b"nonsense")]);
    let exports = exports_of_file(fixture.file("libold.dylib", bytes)).unwrap();
    assert!(
        find(&exports, "prefix_call").len() == 1,
        "the first part is read for lack of a better one"
    );

    let error = exports_of_file(fixture.file("libnone.dylib", fat(&[]))).unwrap_err();
    assert_eq!(error.code(), "unreadable-library");
}
