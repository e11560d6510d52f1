//! Types that are one step plainer than a type.

use std::ops::Range;

use trampette::{Array, CType, Field, Int, Record, TypeError, Vector};

/// What everything else is rather than itself, plainest first.
const PLAIN: &[CType] = &[
    CType::Int(Int::I32),
    CType::Int(Int::I64),
    CType::F64,
    CType::F32,
    CType::POINTER,
    CType::Int(Int::I8),
    CType::Int(Int::I16),
    CType::Int(Int::U8),
    CType::Int(Int::U16),
    CType::Int(Int::U32),
    CType::Int(Int::U64),
    CType::Bool,
];

/// How far from plain a scalar is.
fn rank(ty: &CType) -> usize {
    let rank = PLAIN.iter().position(|plain| plain == ty);
    rank.map_or(PLAIN.len() + 1, |rank| rank + 1)
}

/// All types that are one step plainer, boldest first. Some are no values, and some have more to say.
pub(super) fn plainer(ty: &CType) -> Vec<CType> {
    match ty {
        CType::Struct(record) => records(record, CType::Struct),
        CType::Union(record) => records(record, CType::Union),
        CType::Array(array) => arrays(array),
        CType::Vector(vector) => vectors(vector),
        scalar => {
            let plain = PLAIN.iter().filter(|plain| rank(plain) < rank(scalar));
            plain.cloned().collect()
        }
    }
}

/// Scalars instead of it, vectors of plainer numbers or of fewer.
fn vectors(vector: &Vector) -> Vec<CType> {
    let mut all = PLAIN.to_vec();
    let mut offer = |lane, len| all.extend(CType::vector(lane, len));
    for lane in plainer(&vector.lane()) {
        offer(lane, vector.len());
    }
    offer(vector.lane(), vector.len() / 2);
    all
}

/// Scalars instead of it, one of its members, fewer members, fewer attributes, nothing nested, plainer
/// members.
fn records(record: &Record, kind: fn(Record) -> CType) -> Vec<CType> {
    let fields = record.fields();
    let mut all = PLAIN.to_vec();
    all.extend(fields.iter().map(|field| element(field.ty()).clone()));
    let mut offer = |candidate: Result<Record, TypeError>| all.extend(candidate.map(kind));
    for range in ranges(fields.len()) {
        offer(Attributes::of(record).on(without(fields, &range)));
    }
    for attributes in Attributes::of(record).fewer() {
        offer(attributes.on(fields.to_vec()));
    }
    for (index, field) in fields.iter().enumerate() {
        if let CType::Struct(inner) | CType::Union(inner) = field.ty() {
            let before = &fields[..index];
            let flat = [before, inner.fields(), &fields[index + 1..]].concat();
            offer(Attributes::of(record).on(unnamed(flat)));
        }
        for plainer in plainer_fields(field) {
            let mut fields = fields.to_vec();
            fields[index] = plainer;
            offer(Attributes::of(record).on(fields));
        }
    }
    all
}

/// Names may meet where records become one. Bit-fields keep one.
fn unnamed(fields: Vec<Field>) -> Vec<Field> {
    let unnamed = |(index, field): (usize, Field)| match field.bits() {
        None => with_align(field.ty().clone(), field.align()).unwrap_or(field),
        Some(_) if !field.is_member() => field,
        Some(width) => {
            let name = format!("b{index}");
            bit_field(Some(&name), field.ty(), field.align(), width).unwrap_or(field)
        }
    };
    fields.into_iter().enumerate().map(unnamed).collect()
}

fn bit_field(
    name: Option<&str>,
    ty: &CType,
    align: Option<usize>,
    width: u32,
) -> Result<Field, TypeError> {
    let field = match name {
        Some(name) => Field::named(name, ty.clone()),
        None => Field::unnamed(ty.clone()),
    };
    let field = field.with_bits(width)?;
    match align {
        Some(align) => field.with_align(align),
        None => Ok(field),
    }
}

fn with_align(ty: CType, align: Option<usize>) -> Result<Field, TypeError> {
    let field = Field::unnamed(ty);
    match align {
        Some(align) => field.with_align(align),
        None => Ok(field),
    }
}

fn plainer_fields(field: &Field) -> Vec<Field> {
    let (ty, align) = (field.ty(), field.align());
    if let Some(width) = field.bits() {
        return plainer_bits(field, width);
    }
    let mut all = vec![Field::unnamed(ty.clone())];
    all.extend(with_align(ty.clone(), align));
    if align.is_some() {
        all.extend(with_align(ty.clone(), halved(align)));
    }
    if let CType::Array(_) = ty {
        all.extend(with_align(element(ty).clone(), align));
    }
    let plainer = plainer(ty).into_iter();
    all.extend(plainer.flat_map(|ty| with_align(ty, align)));
    all
}

/// No bit-field, one without a name or an alignment, one of fewer bits, and one of a plainer type.
fn plainer_bits(field: &Field, width: u32) -> Vec<Field> {
    let (name, ty, align) = (field.name(), field.ty(), field.align());
    let mut all = vec![Field::unnamed(ty.clone())];
    all.extend(bit_field(None, ty, align, width));
    all.extend(bit_field(name, ty, None, width));
    if align.is_some() {
        all.extend(bit_field(name, ty, halved(align), width));
    }
    let fewer = [0, 1, width / 2, width.saturating_sub(1)];
    let fewer = fewer.into_iter().filter(|&fewer| fewer < width);
    all.extend(fewer.flat_map(|fewer| bit_field(name, ty, align, fewer)));
    let plainer = plainer(ty).into_iter();
    all.extend(plainer.flat_map(|ty| bit_field(name, &ty, align, width)));
    all
}

/// What a record says of itself besides its fields.
#[derive(Clone, Copy)]
struct Attributes {
    packed: Option<usize>,
    align: Option<usize>,
}

impl Attributes {
    fn of(record: &Record) -> Self {
        Self {
            packed: record.packed(),
            align: record.align(),
        }
    }

    /// None, either, less of an alignment, and the plain `packed`.
    fn fewer(self) -> [Self; 5] {
        let Self { packed, align } = self;
        [
            (None, None),
            (None, align),
            (packed, None),
            (packed, halved(align)),
            (packed.map(|_| 1), align),
        ]
        .map(|(packed, align)| Self { packed, align })
    }

    fn on(self, fields: Vec<Field>) -> Result<Record, TypeError> {
        let mut record = Record::new(fields)?;
        if let Some(packed) = self.packed {
            record = record.with_packed(packed)?;
        }
        if let Some(align) = self.align {
            record = record.with_align(align)?;
        }
        Ok(record)
    }
}

fn halved(align: Option<usize>) -> Option<usize> {
    align.map(|align| (align / 2).max(1))
}

/// Shorter ones, from none to one less, so that few steps lead to any length; and plainer elements.
fn arrays(array: &Array) -> Vec<CType> {
    let (element, len) = (array.element(), array.len());
    let steps = std::iter::successors(Some(len), |step| Some(step / 2));
    let lens = steps.take_while(|&step| step > 0).map(|step| len - step);
    let shorter = lens.map(|len| CType::array(element.clone(), len));
    let plainer = plainer(element).into_iter().map(|ty| CType::array(ty, len));
    shorter.chain(plainer).flatten().collect()
}

fn element(mut ty: &CType) -> &CType {
    while let CType::Array(array) = ty {
        ty = array.element();
    }
    ty
}

/// What may go from a list: all, halves, quarters and so on, down to each.
pub(super) fn ranges(count: usize) -> impl Iterator<Item = Range<usize>> {
    let sizes = std::iter::successors(Some(count), |size| Some(size / 2));
    sizes.take_while(|&size| size > 0).flat_map(move |size| {
        let starts = (0..count).step_by(size);
        starts.map(move |at| at..(at + size).min(count))
    })
}

pub(super) fn without<T: Clone>(list: &[T], range: &Range<usize>) -> Vec<T> {
    [&list[..range.start], &list[range.end..]].concat()
}

/// How much a type has to say.
pub(super) fn weight_of(ty: &CType) -> u64 {
    /// More than any scalar.
    const COMPOUND: u64 = 32;
    match ty {
        CType::Void => 0,
        CType::Array(array) => COMPOUND
            .saturating_add(array.len() as u64)
            .saturating_add(weight_of(array.element())),
        CType::Struct(record) => COMPOUND.saturating_add(weight_within(record)),
        CType::Union(record) => (COMPOUND + 1).saturating_add(weight_within(record)),
        scalar => rank(scalar) as u64,
    }
}

fn weight_within(record: &Record) -> u64 {
    let packed = record.packed().map_or(0, |limit| 1 + u64::from(limit > 1));
    let own = u64::from(record.tag().is_some()) + packed + weight_of_align(record.align());
    let fields = record.fields().iter().map(|field| {
        let bits = field.bits().map_or(0, |width| 2 + u64::from(width));
        let said = u64::from(field.name().is_some()) + weight_of_align(field.align()) + bits;
        weight_of(field.ty()).saturating_add(1 + said)
    });
    fields.fold(own, u64::saturating_add)
}

fn weight_of_align(align: Option<usize>) -> u64 {
    align.map_or(0, |align| 1 + u64::from(align.trailing_zeros()))
}
