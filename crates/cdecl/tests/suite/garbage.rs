//! Damaged and random text: whatever comes, parsing ends, and rendering its error too.

use trampette_cdecl::{
    CharPointers, Declarations, Options, parse_declarations, parse_prototype, parse_type,
    parse_variable,
};
use trampette_types::DataModel;
use trampette_types::limits::MAX_TEXT;

use crate::corpus;

/// Xorshift64*: the same garbage on every run.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() >> 33).expect("31 bits fit") % end.max(1)
    }
}

/// Parses a text in every way; what is an error is within the text and can be shown.
fn survives(text: &str) {
    let options = Options::new(DataModel::WINDOWS_GNU).with_char_pointers(CharPointers::Pointers);
    let errors = [
        parse_declarations(text, &options).err(),
        parse_prototype(text, &options).err(),
        parse_variable(text, &options).err(),
        parse_type(text, &options).err(),
    ];
    for error in errors.iter().flatten() {
        assert!(text.get(error.span()).is_some(), "{text:?}: {error}");
        assert!(!error.code().is_empty() && error.line() > 0 && error.column() > 0);
    }
    let mut declarations = Declarations::new(options);
    match declarations.parse(text) {
        Ok(()) => assert!(declarations.constants().all(|found| !found.name.is_empty())),
        Err(error) => assert!((1..=20).contains(&error.iter().len()), "{text:?}"),
    }
    if let [Some(error), ..] = &errors {
        assert!(error.render(text).contains("<text>:"), "{text:?}");
    }
}

fn texts() -> Vec<String> {
    let entries = corpus::accepted().into_iter().chain(corpus::refused());
    entries.map(|entry| entry.text).collect()
}

/// Every end and every beginning of a text.
#[test]
fn every_prefix_and_suffix_of_the_tables_survives() {
    for text in texts() {
        for (at, _) in text.char_indices() {
            survives(&text[..at]);
            survives(&text[at..]);
        }
    }
}

#[test]
fn mutations_of_the_tables_survive() {
    let texts = texts();
    let mut random = Random(0x7472_616d_7065_7474);
    for _ in 0..20_000 {
        let mut bytes = texts[random.below(texts.len())].clone().into_bytes();
        for _ in 0..=random.below(3) {
            mutate(&mut bytes, &texts, &mut random);
        }
        survives(&String::from_utf8_lossy(&bytes));
    }
}

fn mutate(bytes: &mut Vec<u8>, texts: &[String], random: &mut Random) {
    const PIECES: [&str; 16] = [
        "(",
        ")",
        "*",
        "[",
        "{",
        ";",
        ",",
        "...",
        "struct s",
        "int",
        "\0",
        "0x",
        ":",
        "[]",
        "__attribute__((packed, aligned(",
        "\n#pragma pack(",
    ];
    let (one, other) = (random.below(bytes.len() + 1), random.below(bytes.len() + 1));
    let (start, end) = (one.min(other), one.max(other));
    match random.below(6) {
        0 => drop(bytes.drain(start..end)),
        1 => bytes.truncate(start),
        2 => {
            let copy = bytes[start..end].to_vec();
            drop(bytes.splice(end..end, copy));
        }
        3 => {
            let piece = PIECES[random.below(PIECES.len())];
            drop(bytes.splice(start..start, piece.bytes()));
        }
        4 => {
            let text = texts[random.below(texts.len())].as_bytes();
            let piece = &text[random.below(text.len())..];
            drop(bytes.splice(start..end, piece.iter().copied()));
        }
        _ => {
            if let Some(byte) = bytes.get_mut(start) {
                *byte = u8::try_from(random.below(256)).expect("it is below 256");
            }
        }
    }
}

#[test]
fn random_characters_survive() {
    let mut random = Random(42);
    for _ in 0..5_000 {
        let len = random.below(60);
        let bytes: Vec<u8> = (0..len).map(|_| random.next().to_le_bytes()[7]).collect();
        survives(&String::from_utf8_lossy(&bytes));
        let ascii: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
        survives(&String::from_utf8_lossy(&ascii));
    }
}

#[test]
fn random_words_survive() {
    const WORDS: [&str; 36] = [
        "int",
        "char",
        "void",
        "long",
        "unsigned",
        "const",
        "struct",
        "union",
        "enum",
        "typedef",
        "static",
        "s",
        "t",
        "size_t",
        "FILE",
        "f",
        "(",
        ")",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "*",
        ",",
        ";",
        "...",
        "4",
        "= -1",
        ": 3",
        "[]",
        "__attribute__((packed))",
        "_Alignas(",
        "__declspec(align(8))",
        "\n#pragma pack(2)\n",
    ];
    let mut random = Random(7);
    for _ in 0..20_000 {
        let words: Vec<_> = (0..random.below(24))
            .map(|_| WORDS[random.below(WORDS.len())])
            .collect();
        survives(&words.join(" "));
    }
}

/// As long as a text may be, of one thing after the other.
#[test]
fn endless_repetitions_end() {
    let pieces = [
        "(",
        "*",
        "[",
        "{",
        "struct {",
        "int (",
        "int f(int ",
        "int a[",
        "enum { A",
        "/*",
        "a,",
        "__attribute__((",
        "int (*",
        "1",
        "\"",
        "\0",
        "é",
        "\n",
        "int x; ",
        "struct s { int x; } ",
        "int : 3;",
        "_Alignas(",
        "#pragma pack(push)\n",
    ];
    for beginning in [
        "",
        "int ",
        "int f(",
        "struct s { int ",
        "int a[",
        "enum e { ",
    ] {
        for piece in pieces {
            let count = (MAX_TEXT - beginning.len()) / piece.len();
            let text = format!("{beginning}{}", piece.repeat(count));
            let options = Options::new(DataModel::LINUX_X86_64);
            if let Err(error) = parse_declarations(&text, &options) {
                assert!(text.get(error.span()).is_some(), "{beginning}{piece}");
            }
        }
    }
}

/// Headers may be longer, and go on behind an error.
#[test]
fn endless_headers_end() {
    let pieces = [
        "(",
        "*",
        "{",
        "}",
        "struct {",
        "int a[",
        "int a[(",
        "int a[1+",
        "enum { A = -",
        "#define A A\n",
        "# 1 \"a\"\n",
        "int f(;",
        "typedef int t; ",
        "int x; ",
        "int f(int); ",
        "_Static_assert(1,\"\");",
        "int a[sizeof(",
        "\"",
        "\"\\",
        "/* ",
        "@",
        "struct s { int a; }; ",
        "#pragma pack(push)\n",
        "} ",
        "x y z;",
    ];
    for beginning in [
        "",
        "struct s { ",
        "int f(void) { ",
        "typedef ",
        "int a = ",
        "#define A ",
    ] {
        for piece in pieces {
            let text = format!("{beginning}{}", piece.repeat((1 << 18) / piece.len()));
            let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
            if let Err(error) = declarations.parse(&text) {
                assert!((1..=20).contains(&error.iter().len()), "{beginning}{piece}");
                assert!(error.to_string().len() < 100_000, "{beginning}{piece}");
            }
        }
    }
}

#[test]
fn large_types_are_measured_once() {
    let mut text = "struct s0 { char a[2]; char b; }; ".to_string();
    for level in 1..14 {
        let inner = level - 1;
        text += &format!("struct s{level} {{ struct s{inner} a, b; }}; ");
    }
    for index in 0..2000 {
        text += &format!("int a{index}[sizeof(struct s13) + _Alignof(struct s13)]; ");
        text += &format!("struct t{index} {{ struct s13 *p; int x __attribute__((packed)); }}; ");
    }
    let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
    declarations.parse(&text).expect("it is C");
    assert_eq!(declarations.size_of("struct s13"), Ok(3 << 13));
    // Macros of macros, which double.
    let mut text = "#define A0 1+1\n".to_string();
    for level in 1..60 {
        let inner = level - 1;
        text += &format!("#define A{level} A{inner}+A{inner}\n");
    }
    declarations
        .parse(&text)
        .expect("macros are looked at when they are asked for");
    assert_eq!(
        declarations
            .constant("A4")
            .expect("it is small")
            .value
            .integer(),
        Some(32)
    );
    assert!(declarations.constant("A59").is_err());
    assert!(declarations.constants().count() < 20);
}

/// The deepest expressions that are read, in types in expressions.
#[test]
fn deep_expressions_are_evaluated_or_refused() {
    let mut evaluated = 0;
    for (levels, width) in (1..70).flat_map(|levels| [(levels, 0), (levels, 10), (levels, 190)]) {
        let mut text = "1".to_string();
        for _ in 0..levels {
            text = format!("sizeof(char[{text}{}])", "+1".repeat(width));
        }
        let text = format!("int a[{text}];");
        let mut declarations = Declarations::new(Options::new(DataModel::LINUX_X86_64));
        match declarations.parse(&text) {
            Ok(()) => evaluated += 1,
            Err(error) => assert_eq!(error.first().map(|first| first.code()), Some("too-deep")),
        }
    }
    assert!(evaluated > 20, "{evaluated}");
}
