//! Homogeneous Floating-point Aggregates, and those of short vectors.
//!
//! Sentences in quotes are from the standard's section "Homogeneous Aggregates".

use core::ops::ControlFlow;

use trampette_abi::plant::Plant;
use trampette_types::{Layout, LayoutKind, Member, Scalar};

/// A composite whose members each get a vector register of their own.
///
/// "An Homogeneous Floating-point Aggregate (HFA) is an Homogeneous Aggregate with a Fundamental Data
/// Type that is a Floating-Point type and at most four uniquely addressable members." Of one that is a
/// Short-Vector type it is an HVA, and nothing else is different.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hfa {
    /// The type of every member.
    pub(super) base: Scalar,
    /// How many there are: 1 to 4.
    pub(super) members: usize,
}

/// The largest number of members.
const MOST_MEMBERS: usize = 4;

/// What compilers make of members without any bytes or names, which the standard does not know. To both, a
/// zero-length array as a member makes its record no HFA, and an empty record is passed over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HollowMembers {
    /// GCC: a zero-length array ends it at any depth.
    CountedThrough,
    /// Clang: a record that holds nothing but zero-length arrays is empty, and passed over.
    PassedOver,
}

impl Hfa {
    /// The aggregate that a composite is, if it is one.
    pub(super) fn of(value: &Layout, hollow: HollowMembers) -> Option<Self> {
        let hollow = match has_whole_number(value, value.size()) {
            true => HollowMembers::PassedOver,
            false => hollow,
        };
        let mut count = Count { base: None, hollow };
        let members = count.members(value)?;
        let base = count.base?;
        (members <= Plant::AapcsHfaOfFive.pick(MOST_MEMBERS, 5)).then_some(Self { base, members })
    }
}

/// The test for homogeneity, under way.
struct Count {
    base: Option<Scalar>,
    hollow: HollowMembers,
}

impl Count {
    /// How many members of the base type a value has; `None` when it has others, or padding.
    ///
    /// "The test for homogeneity is applied after data layout is completed and without regard to access
    /// control or other source language restrictions."
    fn members(&mut self, value: &Layout) -> Option<usize> {
        let members = match value.kind() {
            _ if !value.unnamed_bits().is_empty() => return None,
            LayoutKind::Scalar(scalar) if self.is_base(*scalar) => 1,
            LayoutKind::Complex(part) if self.is_base(*part) => 2,
            LayoutKind::Vector { .. } if self.is_base(Scalar::vector(value.size())?) => 1,
            LayoutKind::Array { len: 0, .. } => return None,
            LayoutKind::Array { element, len } => self.members(element)?.checked_mul(*len)?,
            LayoutKind::Struct(members) => self.of_each(members, usize::saturating_add)?,
            LayoutKind::Union(members) if Plant::AapcsHfaUnion.is_on() => {
                self.of_each(members, usize::saturating_add)?
            }
            LayoutKind::Union(members) => self.of_each(members, usize::max)?,
            _ => return None,
        };
        // "The overall size is the size of the Base Type multiplied by the number uniquely addressable
        // Members"
        let base = self.base.map_or(0, Scalar::size);
        (members.checked_mul(base)? == value.size()).then_some(members)
    }

    fn is_base(&mut self, scalar: Scalar) -> bool {
        let fundamental = fundamental(scalar);
        let is_candidate = scalar.is_float() || matches!(scalar, Scalar::V64 | Scalar::V128);
        is_candidate && *self.base.get_or_insert(fundamental) == fundamental
    }

    /// The same of a record's members, one with the other.
    fn of_each(&mut self, members: &[Member], combine: fn(usize, usize) -> usize) -> Option<usize> {
        members.iter().try_fold(0, |so_far, member| {
            if self.hollow == HollowMembers::PassedOver && is_empty_record(&member.layout) {
                return Some(so_far);
            }
            // Bit-fields are integers, and not addressable.
            let is_counted = member.bits.is_none();
            let count = is_counted.then(|| self.members(&member.layout))??;
            Some(combine(so_far, count))
        })
    }
}

/// The Fundamental Data Type of a scalar: `_Float16` and `__bf16` have one, "Half precision". (section
/// "Arithmetic types")
fn fundamental(scalar: Scalar) -> Scalar {
    match scalar {
        Scalar::BF16 => Scalar::F16,
        _ => scalar,
    }
}

/// Whether a complex number or a vector takes up all of a record: GCC looks at no member of that either, and
/// passes over records of nothing as Clang does. Unions it takes for more than a number that is all of them.
fn has_whole_number(value: &Layout, size: usize) -> bool {
    match value.kind() {
        LayoutKind::Complex(_) | LayoutKind::Vector { .. } => value.size() == size,
        LayoutKind::Union(_) | LayoutKind::Array { len: 0, .. } => false,
        LayoutKind::Array { element, .. } => has_whole_number(element, size),
        _ => {
            let mut members = value.members().iter();
            members.any(|member| has_whole_number(&member.layout, size))
        }
    }
}

/// Clang's empty record: one that holds nothing, or an array of some.
fn is_empty_record(mut member: &Layout) -> bool {
    while let LayoutKind::Array { element, len: 1.. } = member.kind() {
        member = element;
    }
    let is_record = matches!(member.kind(), LayoutKind::Struct(_) | LayoutKind::Union(_));
    is_record && has_no_value(member)
}

/// Whether a value travels nowhere: there is nothing in it. To Clang bit-fields without a name are
/// nothing; to GCC they have bytes, and the standard has no rule for what does not fill them.
pub(super) fn is_hollow(value: &Layout, hollow: HollowMembers) -> bool {
    has_no_value(value) && (hollow == HollowMembers::PassedOver || !has_unnamed_bits(value))
}

fn has_no_value(value: &Layout) -> bool {
    value.leaves(&mut |_| ControlFlow::Break(())).is_continue()
}

fn has_unnamed_bits(value: &Layout) -> bool {
    let is_within = |member: &Member| has_unnamed_bits(&member.layout);
    match value.kind() {
        LayoutKind::Array { element, len } => *len > 0 && has_unnamed_bits(element),
        _ => !value.unnamed_bits().is_empty() || value.members().iter().any(is_within),
    }
}
