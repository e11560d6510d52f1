//! Random C records, with attributes wherever they may stand.

/// SplitMix64: the same records on every run.
pub(crate) struct Random(u64);

/// Types of bit-fields, with how many bits they have everywhere.
const INTEGERS: [(&str, usize); 10] = [
    ("_Bool", 1),
    ("char", 8),
    ("unsigned char", 8),
    ("short", 16),
    ("unsigned short", 16),
    ("int", 32),
    ("unsigned", 32),
    ("long", 32),
    ("unsigned long long", 64),
    ("enum { NAME }", 31),
];

const OTHERS: [&str; 6] = [
    "float",
    "double",
    "void *",
    "long double",
    "_Complex float",
    "__int128",
];

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % end as u64).expect("it is below a usize")
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// A struct of this name, perhaps between pragmas.
    pub(crate) fn declaration(&mut self, name: &str, knows_declspec: bool) -> String {
        let mut names = Names {
            prefix: name.replace(' ', "_"),
            count: 0,
            knows_declspec,
        };
        let typedefs = names.typedefs();
        let record = self.record(name, 2, &mut names);
        let text = self.between_pragmas(&record);
        match record.contains("_wide") || record.contains("_low") {
            true => format!("{typedefs}{text}"),
            false => text,
        }
    }

    fn between_pragmas(&mut self, record: &str) -> String {
        match self.below(8) {
            0 => {
                let limit = self.pick(&[1, 1, 2, 4, 8, 16]);
                format!("#pragma pack(push, {limit})\n{record};\n#pragma pack(pop)")
            }
            1 => {
                let limit = self.pick(&[1, 2, 4]);
                format!("#pragma pack({limit})\n{record};\n#pragma pack()")
            }
            _ => format!("{record};"),
        }
    }

    /// `head` is the keyword, and a tag if it has one.
    fn record(&mut self, head: &str, levels: usize, names: &mut Names) -> String {
        let is_struct = head.starts_with("struct");
        let (keyword, tag) = head.split_once(' ').unwrap_or((head, ""));
        let (before, behind) = match self.below(8) {
            0 => (self.of_record(names), String::new()),
            1 => (String::new(), self.of_record(&Names::of_gnu())),
            _ => (String::new(), String::new()),
        };
        let mut text = format!("{keyword} {before} {tag} {{\n");
        let count = 1 + self.below(6);
        for _ in 0..count {
            text += &self.member(levels, names);
        }
        if is_struct && self.below(10) == 0 {
            let (name, other) = (names.next(), names.next());
            let ty = self.pick(&["char", "double", "struct { char c; short s; }"]);
            text += &format!("    int {other};\n    {ty} {name}[];\n");
        }
        format!("{text}}} {behind}")
    }

    fn member(&mut self, levels: usize, names: &mut Names) -> String {
        let before = match self.below(12) {
            0 => self.of_member(names),
            _ => String::new(),
        };
        match self.below(12) {
            0 if levels > 1 => {
                let keyword = self.pick(&["struct", "struct", "union"]);
                let record = self.record(keyword, levels - 1, names);
                let name = names.next();
                format!("    {before} {record} {name};\n")
            }
            1 if levels > 1 => {
                let keyword = self.pick(&["struct", "union"]);
                let record = self.record(keyword, levels - 1, names);
                let specifier = self.pick(&["", "", "", "_Alignas(64)"]);
                format!("    {specifier} {record};\n")
            }
            2 if self.below(3) == 0 => {
                let ty = self.pick(&["wide", "low", "widerecord", "lowrecord"]);
                let (prefix, behind) = (names.prefix.clone(), self.behind());
                format!("    {before} {prefix}_{ty} {} {behind};\n", names.next())
            }
            0..4 => {
                let (ty, behind) = (self.pick(&OTHERS), self.behind());
                let (ty, behind) = self.specified(ty, behind);
                let suffix = self.pick(&["", "", "[3]", "[2][2]"]);
                format!("    {before} {ty} {}{suffix} {behind};\n", names.next())
            }
            4 | 5 => {
                let (ty, _) = self.pick(&INTEGERS);
                let (ty, one, two) = (names.with(ty), self.behind(), self.behind());
                format!(
                    "    {before} {ty} {} {one}, {} {two};\n",
                    names.next(),
                    names.next()
                )
            }
            _ => self.bit_fields(&before, names),
        }
    }

    /// A few bit-fields of one type.
    fn bit_fields(&mut self, before: &str, names: &mut Names) -> String {
        let (ty, most) = self.pick(&INTEGERS);
        let mut list = Vec::new();
        for _ in 0..=self.below(3) {
            let behind = self.behind();
            let width = 1 + self.below(most);
            list.push(match self.below(8) {
                0 => ": 0".into(),
                1 => format!(": {width}"),
                _ => format!("{} : {width} {behind}", names.next()),
            });
        }
        format!("    {before} {} {};\n", names.with(ty), list.join(", "))
    }

    /// C's own specifier in front of some types, which asks for no less than they need.
    fn specified(&mut self, ty: &str, behind: String) -> (String, String) {
        let specifier = match self.below(20) {
            0 => "_Alignas(16)",
            1 => "_Alignas(long double) _Alignas(16)",
            _ => return (ty.into(), behind),
        };
        (format!("{specifier} {ty}"), behind)
    }

    fn behind(&mut self) -> String {
        match self.below(8) {
            0 => {
                // A declspec stands before the name.
                self.of_member(&Names::of_gnu())
            }
            _ => String::new(),
        }
    }

    fn of_member(&mut self, names: &Names) -> String {
        let align = self.pick(&[1, 2, 4, 8, 16, 32]);
        match self.below(12) {
            0 => "__attribute__((packed))".into(),
            1 => format!("__attribute__((packed, aligned({align})))"),
            2 => "__attribute__((__aligned__))".into(),
            3 if names.knows_declspec => format!("__declspec(align({align}))"),
            _ => format!("__attribute__((aligned({align})))"),
        }
    }

    fn of_record(&mut self, names: &Names) -> String {
        match self.below(2) {
            0 => "__attribute__((packed))".into(),
            _ => self.of_member(names),
        }
    }
}

/// Names that nothing else in the file has.
struct Names {
    prefix: String,
    count: usize,
    knows_declspec: bool,
}

impl Names {
    /// None, and no declspec.
    fn of_gnu() -> Self {
        Self {
            prefix: String::new(),
            count: 0,
            knows_declspec: false,
        }
    }

    /// Types whose alignment is a typedef's: more than their own, and less.
    fn typedefs(&self) -> String {
        let prefix = &self.prefix;
        format!(
            "typedef short {prefix}_wide __attribute__((aligned(8)));\n\
             typedef double {prefix}_low __attribute__((aligned(2)));\n\
             typedef struct {{ char c[3]; }} {prefix}_widerecord __attribute__((aligned(4)));\n\
             typedef struct {{ int i; char c; }} {prefix}_lowrecord __attribute__((aligned(1)));\n"
        )
    }

    fn next(&mut self) -> String {
        self.count += 1;
        format!("m{}", self.count)
    }

    /// A type whose enumerator has a name of its own.
    fn with(&mut self, ty: &str) -> String {
        self.count += 1;
        ty.replace("NAME", &format!("E_{}_{}", self.prefix, self.count))
    }
}
