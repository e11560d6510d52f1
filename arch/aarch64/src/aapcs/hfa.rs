//! Homogeneous Floating-point Aggregates.
//!
//! Sentences in quotes are from the standard's section "Homogeneous Aggregates".

use core::ops::ControlFlow;

use trampette_abi::plant::Plant;
use trampette_types::{Layout, LayoutKind, Member, Scalar};

/// A composite whose members each get a vector register of their own.
///
/// "An Homogeneous Floating-point Aggregate (HFA) is an Homogeneous Aggregate with a Fundamental Data
/// Type that is a Floating-Point type and at most four uniquely addressable members."
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Hfa {
    /// The type of every member.
    pub(super) base: Scalar,
    /// How many there are: 1 to 4.
    pub(super) members: usize,
}

/// The largest number of members.
const MOST_MEMBERS: usize = 4;

/// What compilers make of members without any bytes, which the standard does not know. To both, a
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
            LayoutKind::Scalar(scalar) if self.is_base(*scalar) => 1,
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
        scalar.is_float() && *self.base.get_or_insert(scalar) == scalar
    }

    /// The same of a record's members, one with the other.
    fn of_each(&mut self, members: &[Member], combine: fn(usize, usize) -> usize) -> Option<usize> {
        members.iter().try_fold(0, |so_far, member| {
            if self.hollow == HollowMembers::PassedOver && is_empty_record(&member.layout) {
                return Some(so_far);
            }
            Some(combine(so_far, self.members(&member.layout)?))
        })
    }
}

/// Clang's empty record: one that holds nothing, or an array of some.
fn is_empty_record(mut member: &Layout) -> bool {
    while let LayoutKind::Array { element, len: 1.. } = member.kind() {
        member = element;
    }
    let is_record = matches!(member.kind(), LayoutKind::Struct(_) | LayoutKind::Union(_));
    is_record && is_hollow(member)
}

/// Whether there is no value in it at all.
pub(super) fn is_hollow(value: &Layout) -> bool {
    value.leaves(&mut |_| ControlFlow::Break(())).is_continue()
}
