//! What packs the members of a record, put into the terms of [`Record`]: one limit for all members, which
//! their own alignment outweighs.

use trampette_types::{BitFieldRule, CType, DataModel, Field, Record, RecordRule, TypeError};

use super::record::Member;
use crate::ast::TagKind;
use crate::error::{At, ErrorKind, Fault};
use crate::span::Span;

/// The members of a record, and what packs them.
pub(super) struct Members<'a> {
    pub(super) kind: TagKind,
    pub(super) declared: Vec<Member>,
    /// Where the attribute `packed` of the record stands.
    pub(super) packed: Option<Span>,
    /// The limit of `#pragma pack`.
    pub(super) pragma: Option<usize>,
    pub(super) model: &'a DataModel,
}

impl Members<'_> {
    pub(super) fn record(mut self, span: Span) -> Result<Record, Fault> {
        self.align_by_typedefs()?;
        if self.kind == TagKind::Union
            && let Some(member) = self.declared.iter().find(is_flexible)
        {
            // A union of it alone has no place for it either.
            CType::union([member.field.clone()]).at(member.span)?;
        }
        let packing = self.packing()?;
        let limit = match packing {
            Packing::Pragma => self.pragma,
            Packing::All | Packing::Some => Some(1),
        };
        let fields: Vec<Field> = self
            .declared
            .iter()
            .map(|member| self.field(member, &packing))
            .collect::<Result<_, _>>()?;
        let record = Record::new(fields).map_err(|error| {
            let span = culprit(&error, &self.declared).unwrap_or(span);
            Fault::new(ErrorKind::Type(error), span)
        })?;
        match limit {
            Some(limit) => record.with_packed(limit).at(span),
            None => Ok(record),
        }
    }

    /// Gives members the alignment that their type has of a typedef: more than its own is asked for as the
    /// member's own is, less is what packing leaves. A packed member has neither. (So have GCC 12 and Clang 14.) In
    /// MSVC's way of it packing leaves both, and less than the type's own does nothing else.
    fn align_by_typedefs(&mut self) -> Result<(), Fault> {
        for index in 0..self.declared.len() {
            let member = &self.declared[index];
            let Some(align) = member.typedef_align else {
                continue;
            };
            let natural = member.natural;
            let is_msvc = self.model.records == RecordRule::Msvc;
            let is_packed = self.packed.is_some() || member.packed.is_some();
            if align == natural || (is_packed && !is_msvc) {
                continue;
            }
            if member.field.bits().is_some() {
                let what = "bit-fields of a type with an alignment of its own";
                return Err(Fault::unsupported(what, member.span));
            }
            let own = member.field.align().max(Some(align)).unwrap_or(align);
            let (span, field) = (member.span, member.field.clone());
            let member = &mut self.declared[index];
            if align < natural && !is_msvc {
                member.packed = Some(span);
            }
            member.field = field.with_align(own).at(span)?;
        }
        Ok(())
    }

    /// Which members are packed. "Specifying the packed attribute for struct and union types is equivalent
    /// to specifying the packed attribute on each of the structure or union members." (GCC, "Common Type
    /// Attributes")
    fn packing(&self) -> Result<Packing, Fault> {
        let own = self.declared.iter().find_map(|member| member.packed);
        let packing = match (self.packed, own) {
            (None, None) => Packing::Pragma,
            (Some(_), _) => Packing::All,
            (None, Some(_)) if self.are_all_packed()? => Packing::All,
            (None, Some(_)) => Packing::Some,
        };
        let span = self.packed.or(own);
        if let (Packing::Some, Some(span)) = (&packing, span) {
            self.check_some(span)?;
        }
        self.check_pragma(span)?;
        Ok(packing)
    }

    /// Whether those that are not packed would be the same if they were.
    fn are_all_packed(&self) -> Result<bool, Fault> {
        for member in &self.declared {
            let is_bit_field = member.field.bits().is_some();
            if member.packed.is_none() && (is_bit_field || member.natural > 1) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// Where only some are packed, the others get the alignment that they have anyway. A bit-field among
    /// them could cross its unit then; and MSVC's rule, in which `packed` is a guest, tells an alignment
    /// that is asked for from one that is there anyway.
    fn check_some(&self, span: Span) -> Result<(), Fault> {
        let is_bit_field = |member: &Member| member.field.bits().is_some();
        let others = self
            .declared
            .iter()
            .filter(|member| member.packed.is_none());
        if self.model.records == RecordRule::Msvc {
            let what = "attributes such as `packed` on some members, in the way of MSVC,";
            return Err(Fault::unsupported(what, span));
        }
        if others.into_iter().any(is_bit_field)
            || (self.is_mingw() && self.declared.iter().any(is_bit_field))
        {
            let what = "attributes such as `packed` on some members beside bit-fields";
            return Err(Fault::unsupported(what, span));
        }
        Ok(())
    }

    /// [`Record`] has one limit, and GCC makes something else of bit-fields that are packed under
    /// `#pragma pack` than of those that are under one of the two. In MSVC's way of them, it tells
    /// `#pragma pack(1)` from `packed` as well.
    fn check_pragma(&self, packed: Option<Span>) -> Result<(), Fault> {
        let Some(pragma) = self
            .pragma
            .filter(|_| self.model.records == RecordRule::Gnu)
        else {
            return Ok(());
        };
        let is_bit_field = |member: &&Member| member.field.bits().is_some();
        let mut bit_fields = self.declared.iter().filter(is_bit_field);
        if let (Some(span), Some(_)) = (packed, bit_fields.clone().next()) {
            let what = "attributes such as `packed` under `#pragma pack` beside bit-fields";
            return Err(Fault::unsupported(what, span));
        }
        let ends_unit = |member: &&Member| pragma == 1 && member.field.bits() == Some(0);
        match bit_fields.find(ends_unit) {
            Some(member) if self.is_mingw() => {
                let what = "bit-fields of no width under `#pragma pack(1)`, in the way of mingw,";
                Err(Fault::unsupported(what, member.span))
            }
            _ => Ok(()),
        }
    }

    fn is_mingw(&self) -> bool {
        self.model.bit_fields == BitFieldRule::Msvc && self.model.records == RecordRule::Gnu
    }

    /// A member as a field of a record of this packing.
    fn field(&self, member: &Member, packing: &Packing) -> Result<Field, Fault> {
        let field = &member.field;
        let mut align = field.align();
        if matches!(packing, Packing::Some) && member.packed.is_none() {
            align = align.max(Some(member.natural));
        }
        let is_one = !matches!(packing, Packing::Pragma) || self.pragma == Some(1);
        if let (true, Some(own), Some(limit)) = (is_one, align, self.pragma) {
            align = self.limited(own, limit, field);
        }
        match align {
            _ if align == field.align() => Ok(field.clone()),
            Some(align) => rebuilt(field)
                .and_then(|field| field.with_align(align))
                .at(member.span),
            None => rebuilt(field).at(member.span),
        }
    }

    /// What `#pragma pack` leaves of a member's own alignment: as [`Record`] has it of a limit of two or
    /// more, but a limit of one stands for the attribute there.
    fn limited(&self, own: usize, limit: usize, field: &Field) -> Option<usize> {
        match (self.model.records, self.model.bit_fields) {
            (RecordRule::Msvc, _) => Some(own),
            _ if own <= limit || field.bits() == Some(0) => Some(own),
            (_, BitFieldRule::Clang) if field.bits().is_some() => None,
            _ => Some(limit),
        }
    }
}

/// Which members are packed by an attribute.
enum Packing {
    /// None: the pragma's limit holds, if there is one.
    Pragma,
    All,
    /// Those that say so themselves.
    Some,
}

/// The field without an alignment.
fn rebuilt(field: &Field) -> Result<Field, TypeError> {
    let bare = match field.name() {
        Some(name) => Field::named(name, field.ty().clone()),
        None => Field::unnamed(field.ty().clone()),
    };
    match field.bits() {
        Some(bits) => bare.with_bits(bits),
        None => Ok(bare),
    }
}

fn is_flexible(member: &&Member) -> bool {
    matches!(member.field.ty(), CType::Array(array) if array.is_flexible())
}

/// Where the member stands that is to blame: the second of its name, a flexible array.
fn culprit(error: &TypeError, members: &[Member]) -> Option<Span> {
    let spans: Vec<Span> = match error {
        TypeError::DuplicateField { name } => {
            let same = |member: &&Member| member.field.name() == Some(name);
            members
                .iter()
                .filter(same)
                .skip(1)
                .map(|member| member.span)
                .collect()
        }
        TypeError::MisplacedFlexibleArray { .. } => members
            .iter()
            .filter(is_flexible)
            .map(|member| member.span)
            .collect(),
        _ => Vec::new(),
    };
    spans.first().copied()
}
