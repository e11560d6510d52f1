use trampette_types::Abi;

use super::Parser;
use crate::ast::{
    Alignment, AlignmentValue, Attributes, Convention, Mode, Name, Spelling, VectorSize,
};
use crate::error::Fault;
use crate::lexer::{Keyword, Token, TokenKind};
use crate::span::Span;

/// The attributes that change neither a layout nor a call, in ASCII order. They are skipped with
/// their arguments.
static HARMLESS: [&str; 248] = [
    "abi_tag",
    "access",
    "acquire_capability",
    "acquire_handle",
    "acquire_shared_capability",
    "acquired_after",
    "acquired_before",
    "alias",
    "align",
    "align_value",
    "alloc_align",
    "alloc_family",
    "alloc_size",
    "allocate",
    "allocator",
    "always_inline",
    "analyzer_noreturn",
    "annotate",
    "argument_with_type_tag",
    "artificial",
    "assert_capability",
    "assert_exclusive_lock",
    "assert_shared_capability",
    "assert_shared_lock",
    "assume",
    "assume_aligned",
    "availability",
    "btf_decl_tag",
    "btf_type_tag",
    "builtin_alias",
    "callable_when",
    "callback",
    "capability",
    "cdecl",
    "cf_audited_transfer",
    "cf_consumed",
    "cf_returns_not_retained",
    "cf_returns_retained",
    "cfi_check",
    "cleanup",
    "code_seg",
    "cold",
    "common",
    "const",
    "constructor",
    "consumable",
    "convergent",
    "copy",
    "counted_by",
    "counted_by_or_null",
    "deprecated",
    "designated_init",
    "destructor",
    "diagnose_as_builtin",
    "diagnose_if",
    "disable_sanitizer_instrumentation",
    "disable_tail_calls",
    "dllexport",
    "dllimport",
    "dllstorage",
    "empty_bases",
    "enable_if",
    "enforce_tcb",
    "enforce_tcb_leaf",
    "enum_extensibility",
    "error",
    "exclude_from_explicit_instantiation",
    "exclusive_lock_function",
    "exclusive_locks_required",
    "exclusive_trylock_function",
    "expected_throw",
    "externally_retained",
    "externally_visible",
    "fallthrough",
    "fastcall",
    "fd_arg",
    "fd_arg_read",
    "fd_arg_write",
    "flag_enum",
    "flatten",
    "force_align_arg_pointer",
    "format",
    "format_arg",
    "format_matches",
    "gnu_inline",
    "guarded_by",
    "guarded_var",
    "hot",
    "hotpatch",
    "ifunc",
    "indirect_branch",
    "internal_linkage",
    "intrin",
    "jump_table",
    "leaf",
    "lifetimebound",
    "loader_uninitialized",
    "lock_returned",
    "lockable",
    "locks_excluded",
    "lto_visibility_public",
    "malloc",
    "may_alias",
    "maybe_unused",
    "min_vector_width",
    "minsize",
    "musttail",
    "naked",
    "no_address_safety_analysis",
    "no_builtin",
    "no_caller_saved_registers",
    "no_dangling",
    "no_destroy",
    "no_icf",
    "no_init_all",
    "no_instrument_function",
    "no_profile_instrument_function",
    "no_reorder",
    "no_sanitize",
    "no_sanitize_address",
    "no_sanitize_memory",
    "no_sanitize_thread",
    "no_sanitize_undefined",
    "no_speculative_load_hardening",
    "no_split_stack",
    "no_stack_limit",
    "no_stack_protector",
    "no_thread_safety_analysis",
    "no_type_check_on_cast",
    "no_unique_address",
    "noalias",
    "nocf_check",
    "noclone",
    "nocommon",
    "nodebug",
    "nodiscard",
    "noescape",
    "noinit",
    "noinline",
    "noipa",
    "nomerge",
    "nomicromips",
    "nonallocating",
    "nonblocking",
    "nonnull",
    "nonnull_if_nonzero",
    "nonstring",
    "noplt",
    "noreturn",
    "not_tail_called",
    "nothrow",
    "nouwtable",
    "novtable",
    "ns_consumed",
    "ns_returns_retained",
    "null_terminated_string_arg",
    "objc_boxable",
    "objc_bridge",
    "objc_class_stub",
    "objc_designated_initializer",
    "objc_externally_retained",
    "objc_root_class",
    "objc_runtime_name",
    "optimize",
    "ownership_holds",
    "ownership_returns",
    "ownership_takes",
    "patchable_function_entry",
    "persistent",
    "pointer_with_type_tag",
    "preserve_access_index",
    "pt_guarded_by",
    "pt_guarded_var",
    "pure",
    "release_capability",
    "release_generic_capability",
    "release_handle",
    "release_shared_capability",
    "reproducible",
    "require_constant_initialization",
    "requires_capability",
    "requires_shared_capability",
    "restrict",
    "returns_nonnull",
    "returns_twice",
    "safebuffers",
    "scoped_lockable",
    "section",
    "selectany",
    "sentinel",
    "set_typestate",
    "shared_lock_function",
    "shared_locks_required",
    "shared_trylock_function",
    "simd",
    "sized_by",
    "sized_by_or_null",
    "spectre",
    "speculative_load_hardening",
    "standalone_debug",
    "stdcall",
    "strict_flex_array",
    "strub",
    "swift_async",
    "swift_async_error",
    "swift_async_name",
    "swift_attr",
    "swift_bridge",
    "swift_bridged_typedef",
    "swift_error",
    "swift_name",
    "swift_newtype",
    "swift_objc_members",
    "swift_private",
    "sycl_kernel",
    "symver",
    "tainted_args",
    "target",
    "target_clones",
    "test_typestate",
    "thiscall",
    "thread",
    "tls_model",
    "transparent_union",
    "trivial_abi",
    "try_acquire_capability",
    "try_acquire_shared_capability",
    "type_tag_for_datatype",
    "type_visibility",
    "unavailable",
    "uninitialized",
    "unlock_function",
    "unsequenced",
    "unused",
    "use_handle",
    "used",
    "uuid",
    "visibility",
    "warn_if_not_aligned",
    "warn_unused",
    "warn_unused_result",
    "warning",
    "weak",
    "weak_import",
    "weakref",
    "xray_always_instrument",
    "xray_never_instrument",
    "zero_call_used_regs",
];

/// The attributes that name a calling convention.
const CONVENTIONS: [(&str, Abi); 2] = [("ms_abi", Abi::Win64), ("sysv_abi", Abi::SysV64)];

/// The attributes that align. Microsoft's does in `__declspec` alone: GCC and Clang ignore `__attribute__((align(8)))`.
const ALIGNED: [(&str, Spelling); 2] = [("aligned", Spelling::Gnu), ("align", Spelling::Microsoft)];

impl<'a> Parser<'a> {
    /// Any number of attribute lists: none, as a rule.
    #[inline]
    pub(super) fn attributes(&mut self) -> Result<Attributes<'a>, Fault> {
        match self.token.kind {
            TokenKind::Keyword(Keyword::Attribute | Keyword::Declspec) => self.attribute_lists(),
            TokenKind::Punct(b'[') if self.begins_brackets() => self.attribute_lists(),
            _ => Ok(Attributes::default()),
        }
    }

    fn attribute_lists(&mut self) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        loop {
            match self.token.kind {
                TokenKind::Keyword(Keyword::Attribute) => self.gnu_list(&mut attributes)?,
                TokenKind::Keyword(Keyword::Declspec) => {
                    self.advance()?;
                    self.expect(b'(', "`(`")?;
                    self.attribute_list(&mut attributes, Spelling::Microsoft)?;
                }
                TokenKind::Punct(b'[') if self.begins_brackets() => {
                    attributes.extend(self.brackets()?);
                }
                _ => return Ok(attributes),
            }
        }
    }

    /// Those of GCC's there belong to the type, Microsoft's to what is declared.
    pub(super) fn attributes_behind_brace(&mut self) -> Result<Attributes<'a>, Fault> {
        let mut attributes = Attributes::default();
        while self.token.kind == TokenKind::Keyword(Keyword::Attribute) {
            self.gnu_list(&mut attributes)?;
        }
        Ok(attributes)
    }

    fn gnu_list(&mut self, attributes: &mut Attributes<'a>) -> Result<(), Fault> {
        self.advance()?;
        self.expect(b'(', "`((`")?;
        self.expect(b'(', "`((`")?;
        self.attribute_list(attributes, Spelling::Gnu)?;
        self.expect(b')', "`))`")
    }

    /// Attributes where none may change a layout.
    pub(super) fn harmless_attributes(&mut self) -> Result<(), Fault> {
        match self.attributes()?.layout() {
            Some(span) => Err(self.refused_attribute(span)),
            None => Ok(()),
        }
    }

    /// "The alignment specifier `_Alignas (type-name)` is equivalent to `_Alignas (_Alignof (type-name))`."
    /// (C11 6.7.5, 6) The next token is the keyword.
    pub(super) fn alignment_specifier(&mut self) -> Result<Alignment<'a>, Fault> {
        let start = self.advance()?.span;
        self.expect(b'(', "`(`")?;
        let value = if self.begins_type(self.token) {
            let ty = self.nested(Self::parameter)?;
            AlignmentValue::Type(Box::new(ty))
        } else {
            AlignmentValue::Bytes(self.expression("a number of bytes")?)
        };
        self.expect(b')', "`)`")?;
        Ok(Alignment {
            spelling: Spelling::C,
            value,
            span: start.to(self.end()),
        })
    }

    /// The attributes of one list, up to and with its closing parenthesis. Empty ones are allowed.
    fn attribute_list(
        &mut self,
        attributes: &mut Attributes<'a>,
        list: Spelling,
    ) -> Result<(), Fault> {
        loop {
            match self.token.kind {
                TokenKind::Identifier | TokenKind::Keyword(_) => {
                    let token = self.advance()?;
                    self.attribute(token, attributes, list)?;
                }
                TokenKind::Punct(b',') => {
                    self.advance()?;
                }
                _ => return self.expect(b')', "an attribute or `)`"),
            }
        }
    }

    /// Notes the meaning of one attribute. The arguments of others than those that say a size are skipped.
    pub(super) fn attribute(
        &mut self,
        token: Token,
        attributes: &mut Attributes<'a>,
        list: Spelling,
    ) -> Result<(), Fault> {
        let name = plain_name(self.text_of(token));
        let abi = CONVENTIONS.iter().find(|entry| entry.0 == name);
        let is_aligned =
            |entry: &&(&str, Spelling)| entry.0 == name && [Spelling::Gnu, list].contains(&entry.1);
        if let Some(&(_, spelling)) = ALIGNED.iter().find(is_aligned) {
            let alignment = self.alignment(token.span, spelling)?;
            attributes.said().alignments.push(alignment);
            return Ok(());
        }
        match name {
            "vector_size" | "ext_vector_type" => {
                let vector = self.vector_size(token.span, name == "ext_vector_type")?;
                attributes.said().vector = Some(Box::new(vector));
                return Ok(());
            }
            "mode" => {
                attributes.said().mode = Some(self.mode(token.span)?);
                return Ok(());
            }
            _ => {}
        }
        if let Some(&(_, abi)) = abi {
            attributes.said().convention = Some(Convention {
                abi,
                span: token.span,
            });
        } else if name == "packed" {
            attributes.said().packed = Some(token.span);
        } else if name == "overloadable" {
            attributes.said().overloadable = Some(token.span);
        } else if HARMLESS.binary_search(&name).is_err() {
            let (text, span) = (self.text_of(token), token.span);
            attributes.said().unknown.get_or_insert(Name { text, span });
        }
        if self.eat(b'(')? {
            self.skip_to(b')', "`)`")?;
        }
        Ok(())
    }

    /// The argument of an attribute that aligns, whose name is read.
    fn alignment(&mut self, name: Span, spelling: Spelling) -> Result<Alignment<'a>, Fault> {
        let mut value = AlignmentValue::Most;
        if self.eat(b'(')? {
            value = AlignmentValue::Bytes(self.expression("a number of bytes")?);
            self.expect(b')', "`)`")?;
        }
        Ok(Alignment {
            spelling,
            value,
            span: name.to(self.end()),
        })
    }

    /// The argument of `vector_size` or `ext_vector_type`, whose name is read.
    fn vector_size(&mut self, name: Span, counts: bool) -> Result<VectorSize<'a>, Fault> {
        self.expect(b'(', "`(`")?;
        let bytes = self.expression("a number of bytes")?;
        self.expect(b')', "`)`")?;
        Ok(VectorSize {
            bytes,
            counts,
            span: name.to(self.end()),
        })
    }

    /// The argument of `mode`, whose name is read.
    fn mode(&mut self, start: Span) -> Result<Mode<'a>, Fault> {
        self.expect(b'(', "`(`")?;
        if self.token.kind != TokenKind::Identifier {
            return Err(self.unexpected("a mode"));
        }
        let token = self.advance()?;
        self.expect(b')', "`)`")?;
        Ok(Mode {
            name: plain_name(self.text_of(token)),
            span: start.to(self.end()),
        })
    }

    /// `asm("name")`, if that comes next, and what it says. `asm` at file level is skipped likewise.
    #[inline]
    pub(super) fn asm_label(&mut self) -> Result<Option<&'a str>, Fault> {
        match self.token.kind {
            TokenKind::Keyword(Keyword::Asm) => self.label().map(Some),
            _ => Ok(None),
        }
    }

    fn label(&mut self) -> Result<&'a str, Fault> {
        self.advance()?;
        self.expect(b'(', "`(`")?;
        let label = match self.token.kind {
            TokenKind::Literal(b'"') => self.text_of(self.token).trim_matches('"'),
            _ => return Err(self.unexpected("a name in quotes")),
        };
        self.skip_to(b')', "`)`")?;
        Ok(label)
    }

    /// The error that an attribute is not supported where it stands.
    pub(super) fn refused_attribute(&self, span: Span) -> Fault {
        let written = self.lexer.slice(span);
        let name = written.split('(').next().unwrap_or(written).trim_end();
        Fault::unsupported(format!("attributes such as `{name}`"), span)
    }
}

/// "You may optionally specify attribute names with `__` preceding and following the name." (GCC,
/// 6.39 Attribute Syntax)
pub(super) fn plain_name(written: &str) -> &str {
    written
        .strip_prefix("__")
        .and_then(|name| name.strip_suffix("__"))
        .unwrap_or(written)
}

#[cfg(test)]
mod tests {
    use super::HARMLESS;

    #[test]
    fn the_table_is_sorted_for_the_binary_search() {
        assert!(HARMLESS.is_sorted_by(|one, other| one < other));
    }
}
