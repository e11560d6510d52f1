//! The C writer: callees that record what they receive, and callers of callbacks, for any signature.

mod callers;

use std::collections::HashMap;
use std::fmt::Write as _;

use trampette::{Abi, CType, Field, Float, Int, Layout, MODEL, Pointee, Record, Scalar, Vector};

use crate::case::Case;

/// How `packed` is written in C.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Packing {
    /// `__attribute__((packed))`; `#pragma pack(n)` for more than one byte, which has no attribute.
    #[default]
    Attribute,
    /// `#pragma pack(n)` always.
    Pragma,
}

/// What [`fixture`] gives every callee's name: `f0` for the first signature.
#[must_use]
pub fn callee_name(index: usize) -> String {
    format!("f{index}")
}

/// What [`fixture`] gives every caller's name: `g0` for the first signature.
#[must_use]
pub fn caller_name(index: usize) -> String {
    format!("g{index}")
}

/// A C file with a recording callee for each signature, and a caller of callbacks where the case wants
/// one.
///
/// Types are declared with assertions of their size, alignment and offsets, so that a layout which C
/// does not share fails to compile.
///
/// ```
/// use trampette_fuzz::{c, case::Case};
///
/// let case = Case::of(&"({i8, f64} packed) -> i16".parse()?);
/// let source = c::fixture(&[case], c::Packing::Attribute);
/// assert!(source.contains("_Static_assert(sizeof(t0) == 9"));
/// assert!(source.contains("INTEGER(int16_t) f0(t0 a0)"));
/// # Ok::<(), trampette::ParseError>(())
/// ```
///
/// # Panics
///
/// On types that C has no way to write.
#[must_use]
pub fn fixture(cases: &[Case], packing: Packing) -> String {
    let mut writer = Writer::of(packing);
    let (named, own): (Vec<_>, Vec<_>) = cases
        .iter()
        .enumerate()
        .partition(|(_, case)| names_convention(case));
    for (index, case) in own {
        writer.callee(&callee_name(index), case);
        writer.caller_of(index, case);
    }
    for &(index, case) in &named {
        writer.caller_of(index, case);
    }
    // Last and together: GCC takes a while whenever the convention changes from one function to the next.
    for (index, case) in named {
        writer.callee(&callee_name(index), case);
    }
    writer.file(cases)
}

/// The C declarations of a signature: its types, and a function of this name.
///
/// ```
/// use trampette_fuzz::{c, case::Case};
///
/// let declared = c::declaration(&Case::of(&"({i8, f64} packed, ptr) -> i16".parse()?), "f");
/// assert!(declared.ends_with("int16_t f(t0 a0, void *a1);\n"), "{declared}");
/// # Ok::<(), trampette::ParseError>(())
/// ```
///
/// # Panics
///
/// On types that C has no way to write.
#[must_use]
pub fn declaration(case: &Case, name: &str) -> String {
    let mut writer = Writer {
        asserts_nothing: true,
        ..Writer::default()
    };
    writer.prototype(name, case);
    writer.out
}

fn layout(ty: &CType) -> Layout {
    ty.layout(&MODEL).expect("the matrix keeps the limits")
}

#[derive(Default)]
struct Writer {
    out: String,
    packing: Packing,
    /// Whether layouts stand without their assertions.
    asserts_nothing: bool,
    /// Compact text to C name of every record and enumeration that is declared.
    declared: HashMap<String, String>,
}

impl Writer {
    fn of(packing: Packing) -> Self {
        Self {
            packing,
            ..Self::default()
        }
    }

    /// The whole file: what was written, behind what all fixtures begin with.
    fn file(&self, cases: &[Case]) -> String {
        let records = cases.iter().map(|case| case.record_size);
        let record_size = records.max().unwrap_or(0).max(16);
        let given = cases.iter().map(|case| case.result.bytes.len());
        let given_size = given.max().unwrap_or(0).max(16);
        let fenced = cases.iter().map(|case| case.by_reference.len());
        let fenced_count = fenced.max().unwrap_or(0).max(1);
        format!(
            "#define RECORD_SIZE {record_size}\n#define GIVEN_SIZE {given_size}\n\
             #define FENCED_COUNT {fenced_count}\n{}\n{}{}",
            include_str!("../../fixtures/record.h"),
            assert_conventions(cases),
            self.out
        )
    }

    fn caller_of(&mut self, index: usize, case: &Case) {
        if case.is_called_back {
            self.caller(&caller_name(index), case);
        }
    }

    /// Writes one callee, and before it the types that it is the first to need.
    fn callee(&mut self, name: &str, case: &Case) {
        let signature = &case.signature;
        let result = self.on_the_way(signature.result());
        let fixed = signature.fixed_params();
        let mut params: Vec<String> = fixed
            .iter()
            .enumerate()
            .map(|(index, ty)| self.declarator(ty, &argument(index)))
            .collect();
        let mut body = String::new();
        if signature.is_variadic() {
            params.push("...".into());
            self.read_variadic(case, &mut body);
        } else if params.is_empty() {
            params.push("void".into());
        }
        for (index, passed) in case.arguments.iter().enumerate() {
            let is_copy = index < fixed.len() && case.is_aligned_copy(passed);
            let take = match passed.is_integer() {
                true => "TAKE_INTEGER",
                false if is_copy => "TAKE_COPY",
                false => "TAKE",
            };
            let at = passed.place;
            _ = writeln!(body, "    {take}({}, {at});", argument(index));
        }
        if *signature.result() != CType::Void {
            let suffix = suffix(signature.result());
            let ty = self.spelling(signature.result());
            _ = writeln!(body, "    GIVE{suffix}({ty});");
        }
        let (params, abi) = (params.join(", "), convention(case));
        _ = writeln!(
            self.out,
            "/* {signature} */\n{abi}{result} {name}({params}) {{\n    ENTER;\n{body}}}"
        );
    }

    fn prototype(&mut self, name: &str, case: &Case) {
        let signature = &case.signature;
        let result = self.declarator(signature.result(), name);
        let fixed = signature.fixed_params().iter().enumerate();
        let mut params: Vec<String> = fixed
            .map(|(index, ty)| self.declarator(ty, &argument(index)))
            .collect();
        let behind: Vec<String> = signature.params()[params.len()..]
            .iter()
            .map(|ty| self.spelling(ty))
            .collect();
        if signature.is_variadic() {
            let behind = behind.join(", ");
            params.push(match behind.as_str() {
                "" => "...".into(),
                behind => format!("... /* {behind} */"),
            });
        } else if params.is_empty() {
            params.push("void".into());
        }
        let (params, abi) = (params.join(", "), convention(case));
        _ = writeln!(self.out, "{abi}{result}({params});");
    }

    fn read_variadic(&mut self, case: &Case, body: &mut String) {
        let (signature, kind) = (&case.signature, attribute_of(case).unwrap_or_default());
        let fixed = signature.fixed_params().len();
        let last = fixed
            .checked_sub(1)
            .expect("C11 has no `...` without a parameter before it");
        _ = writeln!(
            body,
            "    __builtin_{kind}va_list list;\n    __builtin_{kind}va_start(list, {});",
            argument(last)
        );
        for (index, ty) in signature.params().iter().enumerate().skip(fixed) {
            let is_large = !matches!(layout(ty).size(), 1 | 2 | 4 | 8);
            let read = match kind {
                "ms_" if case.is_win64() && is_large => "MS_VA_ARG_LARGE",
                _ => "va_arg",
            };
            let (declaration, ty) = (self.declarator(ty, &argument(index)), self.spelling(ty));
            _ = writeln!(body, "    {declaration} = {read}(list, {ty});");
        }
        _ = writeln!(body, "    __builtin_{kind}va_end(list);");
    }

    /// The type that a scalar travels as: what a caller passes and a callee returns may be wider than what
    /// the other side goes by.
    fn on_the_way(&mut self, ty: &CType) -> String {
        let spelling = self.spelling(ty);
        match suffix(ty) {
            "_SINGLE" => "SINGLE".into(),
            "_INTEGER" => format!("INTEGER({spelling})"),
            _ => spelling,
        }
    }

    /// A declaration of `name`: arrays stand on both sides of it.
    fn declarator(&mut self, mut ty: &CType, name: &str) -> String {
        let mut suffix = String::new();
        while let CType::Array(array) = ty {
            _ = write!(suffix, "[{}]", array.len());
            ty = array.element();
        }
        let spelling = self.spelling(ty);
        let separator = if spelling.ends_with('*') { "" } else { " " };
        format!("{spelling}{separator}{name}{suffix}")
    }

    fn spelling(&mut self, ty: &CType) -> String {
        match ty {
            CType::Void => "void".into(),
            CType::Bool => "_Bool".into(),
            CType::Int(int) => int.c_name().into(),
            CType::Float(float) => float_name(*float).into(),
            CType::Complex(Float::F128) => "complex_binary128".into(),
            CType::Complex(float) => format!("_Complex {}", float_name(*float)),
            CType::Vector(vector) => self.vector(ty, *vector),
            CType::Pointer(pointer) => match pointer.pointee() {
                Some(Pointee::Function(_)) => "function".into(),
                _ => "void *".into(),
            },
            CType::String => "const char *".into(),
            CType::Struct(record) => self.record(ty, "struct", record),
            CType::Union(record) => self.record(ty, "union", record),
            CType::Enum(enumeration) => self.enumeration(ty, enumeration.int()),
            other => panic!("C has no value of type `{other}`"),
        }
    }

    /// The name of a vector, which is declared now if it was not yet.
    fn vector(&mut self, ty: &CType, vector: Vector) -> String {
        if let Some(name) = self.declared.get(&ty.to_string()) {
            return name.clone();
        }
        let (lane, size) = (self.spelling(&vector.lane()), layout(ty).size());
        let name = format!("v{}", self.declared.len());
        self.declared.insert(ty.to_string(), name.clone());
        _ = writeln!(
            self.out,
            "typedef {lane} {name} __attribute__((vector_size({size})));"
        );
        name
    }

    /// The name of a record, which is declared now if it was not yet.
    fn record(&mut self, ty: &CType, keyword: &str, record: &Record) -> String {
        if let Some(name) = self.declared.get(&ty.to_string()) {
            return name.clone();
        }
        let mut fields = String::new();
        for (index, field) in record.fields().iter().enumerate() {
            let declaration = self.declarator(field.ty(), &member(field, index));
            let bits = field.bits().map(|width| format!(" : {width}"));
            let (bits, align) = (
                bits.unwrap_or_default(),
                attribute("aligned", field.align()),
            );
            _ = writeln!(fields, "    {declaration}{bits}{align};");
        }
        let name = format!("t{}", self.declared.len());
        self.declared.insert(ty.to_string(), name.clone());
        let (open, packed, close) = self.packing(record);
        let align = attribute("aligned", record.align());
        _ = writeln!(
            self.out,
            "{open}typedef {keyword} {{\n{fields}}}{packed}{align} {name};\n{close}"
        );
        if !self.asserts_nothing {
            self.assert_layout(ty, record, &name);
        }
        name
    }

    /// What stands before, behind and after a record's body.
    fn packing(&self, record: &Record) -> (String, &'static str, &'static str) {
        match record.packed() {
            None => (String::new(), "", ""),
            Some(1) if self.packing == Packing::Attribute => {
                (String::new(), " __attribute__((packed))", "")
            }
            Some(bytes) => (
                format!("#pragma pack(push, {bytes})\n"),
                "",
                "#pragma pack(pop)\n",
            ),
        }
    }

    fn assert_layout(&mut self, ty: &CType, record: &Record, name: &str) {
        let layout = layout(ty);
        let (size, align) = (layout.size(), layout.align());
        _ = writeln!(
            self.out,
            "_Static_assert(sizeof({name}) == {size} && _Alignof({name}) == {align}, \"{ty}\");"
        );
        let fields = record.fields().iter().enumerate();
        let members = fields.filter(|(_, field)| field.is_member());
        for ((index, field), part) in members.zip(layout.members()) {
            if part.bits.is_some() {
                // C has no offset of a bit-field.
                continue;
            }
            let (member, offset) = (member(field, index), part.offset);
            _ = writeln!(
                self.out,
                "_Static_assert(offsetof({name}, {member}) == {offset}, \"{member} of {ty}\");"
            );
        }
    }

    /// GCC and Clang: an enumeration is `unsigned int` unless an enumerator is negative, wider where one
    /// does not fit, and as narrow as they all fit where it is packed.
    fn enumeration(&mut self, ty: &CType, int: Int) -> String {
        let (value, packed) = match int.scalar(&MODEL) {
            Scalar::I8 => ("-1", true),
            Scalar::U8 | Scalar::Bool => ("1", true),
            Scalar::I16 => ("-0x1000", true),
            Scalar::U16 => ("0x1000", true),
            Scalar::I64 => ("-0x100000000LL", false),
            Scalar::U64 => ("0x100000000LL", false),
            Scalar::I32 => ("-1", false),
            _ => ("1", false),
        };
        let next = format!("e{}", self.declared.len());
        let name = self.declared.entry(ty.to_string()).or_insert(next).clone();
        let tagged = format!("enum {name}");
        let packed = if packed {
            " __attribute__((packed))"
        } else {
            ""
        };
        if !self.out.contains(&format!("{tagged} {{")) {
            let size = layout(ty).size();
            _ = writeln!(self.out, "{tagged} {{ {name}_value = {value} }}{packed};");
            if !self.asserts_nothing {
                _ = writeln!(
                    self.out,
                    "_Static_assert(sizeof({tagged}) == {size}, \"{ty}\");"
                );
            }
        }
        tagged
    }
}

/// What a compiler says that does not know the convention of a case: it would take no notice of its name.
pub(crate) const UNKNOWN_CONVENTION: &str = "the compiler does not know this convention";

/// Whether a case is of another convention than the compiler's own, which its functions name.
pub(crate) fn names_convention(case: &Case) -> bool {
    attribute_of(case).is_some()
}

/// Whether C has functions of a convention here, if its compiler knows them.
pub(crate) fn is_known(abi: Abi) -> bool {
    match abi {
        Abi::SysV64 | Abi::Win64 | Abi::Win64Gnu => cfg!(target_arch = "x86_64"),
        Abi::Aapcs64 | Abi::WinArm64 => cfg!(target_arch = "aarch64"),
        _ => false,
    }
}

/// An assertion that the compiler knows the conventions of these cases.
fn assert_conventions(cases: &[Case]) -> String {
    let mut kinds: Vec<&str> = cases.iter().filter_map(attribute_of).collect();
    kinds.sort_unstable();
    kinds.dedup();
    let assertion = |kind| {
        format!(
            "_Static_assert(!__builtin_types_compatible_p(void (*)(void), \
             void (__attribute__(({kind}abi)) *)(void)), \"{UNKNOWN_CONVENTION}\");\n"
        )
    };
    kinds.into_iter().map(assertion).collect()
}

/// What C calls a floating-point type here. The compilers have no common name for binary128: `record.h`
/// gives it one.
fn float_name(float: Float) -> &'static str {
    match float {
        Float::F128 => "binary128",
        _ => float.c_name(),
    }
}

/// The type that a compiler does not know, by its words, if it is one of those that not all have.
pub(crate) fn unknown_type(words: &str) -> Option<Float> {
    let complains = |line: &&str| {
        line.contains("error: ")
            && (line.contains("unknown type name") || line.contains("not supported"))
    };
    let names = |line: &str, name: &str| {
        let mut words = line.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words.any(|word| word == name)
    };
    let rare = [Float::F16, Float::BF16];
    let mut lines = words.lines().filter(complains);
    let unknown = lines.find_map(|line| {
        let mut rare = rare.into_iter();
        rare.find(|float| names(line, float.c_name()))
    });
    // Clang knows more types than GCC's library has conversions of: `__truncsfbf2`, `__extendhfsf2`.
    let lacks = |mode: &str| {
        let mut lines = words.lines();
        lines.any(|line| line.contains("undefined reference") && line.contains(mode))
    };
    unknown
        .or_else(|| lacks("bf2").then_some(Float::BF16))
        .or_else(|| lacks("hf").then_some(Float::F16))
}

/// Whether a compiler complains that a type has another size, or a member another place.
pub(crate) fn is_about_layout(words: &str) -> bool {
    let phrases = ["static assertion failed", "static_assert failed"];
    phrases.iter().any(|phrase| words.contains(phrase))
}

/// Whether a value of a case is or has in it a number of this type, or a complex one of it.
pub(crate) fn has_float(case: &Case, float: Float) -> bool {
    has(case, &|ty| match ty {
        CType::Float(own) | CType::Complex(own) => *own == float,
        CType::Vector(vector) => vector.lane() == CType::Float(float),
        _ => false,
    })
}

/// How many bytes the largest vector has that is or is in a value of a case.
pub(crate) fn largest_vector(case: &Case) -> usize {
    let has_vector = |size| {
        has(case, &|ty| {
            let layout = ty.layout(&MODEL);
            matches!(ty, CType::Vector(_)) && layout.is_ok_and(|layout| layout.size() == size)
        })
    };
    let mut sizes = [64, 32, 16, 8].into_iter();
    sizes.find(|&size| has_vector(size)).unwrap_or(0)
}

/// Whether a value of a case is or has in it what is asked for.
fn has(case: &Case, is: &impl Fn(&CType) -> bool) -> bool {
    let signature = &case.signature;
    let mut types = signature.params().iter().chain([signature.result()]);
    types.any(|ty| is_or_has(ty, is))
}

fn is_or_has(ty: &CType, is: &impl Fn(&CType) -> bool) -> bool {
    is(ty)
        || match ty {
            CType::Array(array) => is_or_has(array.element(), is),
            CType::Struct(record) | CType::Union(record) => {
                let mut fields = record.fields().iter();
                fields.any(|field| is_or_has(field.ty(), is))
            }
            _ => false,
        }
}

/// What names the convention of a case in C, where it is not the default.
fn convention(case: &Case) -> String {
    attribute_of(case).map_or_else(String::new, |kind| format!("__attribute__(({kind}abi)) "))
}

/// The same, as attributes and the functions of the compiler begin with it.
fn attribute_of(case: &Case) -> Option<&'static str> {
    match case.abi() {
        own if own == trampette::ABI => None,
        Abi::SysV64 => Some("sysv_"),
        Abi::Win64 | Abi::Win64Gnu | Abi::WinArm64 => Some("ms_"),
        // Apple's, whose compiler it is that compiles.
        _ => None,
    }
}

/// What the name of the macro ends with that sends or gives a value of this type.
fn suffix(ty: &CType) -> &'static str {
    match ty {
        CType::Float(Float::F32) => "_SINGLE",
        _ if is_integer(ty) => "_INTEGER",
        _ => "",
    }
}

fn argument(index: usize) -> String {
    format!("a{index}")
}

/// The name of a member; none of what is none.
fn member(field: &Field, index: usize) -> String {
    match field.name() {
        Some(name) => name.to_owned(),
        None if field.is_member() => format!("m{index}"),
        None => String::new(),
    }
}

fn attribute(name: &str, value: Option<usize>) -> String {
    value.map_or_else(String::new, |value| {
        format!(" __attribute__(({name}({value})))")
    })
}

/// Whether the callee extends the argument to 64 bits.
pub(crate) fn is_integer(ty: &CType) -> bool {
    match ty {
        CType::Bool | CType::Enum(_) => true,
        CType::Int(int) => !matches!(int, Int::I128 | Int::U128),
        _ => false,
    }
}
