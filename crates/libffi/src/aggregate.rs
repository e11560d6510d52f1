//! Sizes, alignments and offsets of types that are made of others.

use std::ffi::c_uint;
use std::ptr::NonNull;

use crate::ffi_type::{FfiType, code};
use crate::prepare::abi_of;
use crate::status::Status;

/// Types nest no deeper: those that do are mostly parts of themselves.
pub(crate) const MAX_DEPTH: usize = 63;

/// Structs have no more members than this.
const MAX_MEMBERS: usize = 65_536;

/// The sizes that vectors have, in bytes.
const VECTORS: [usize; 4] = [8, 16, 32, 64];

/// `ffi_get_struct_offsets`: where the members of a struct stand, which is measured anew. `offsets` may be null.
///
/// # Safety
///
/// `ty` is null or a type whose parts are types; `offsets` is null or has room for an offset of each member.
#[unsafe(no_mangle)]
unsafe extern "C-unwind" fn ffi_get_struct_offsets(
    abi: c_uint,
    ty: *mut FfiType,
    offsets: *mut usize,
) -> Status {
    if abi_of(abi).is_none() {
        return Status::BadAbi;
    }
    // SAFETY: the caller says that it is null or a type.
    let is_struct = unsafe { ty.as_ref() }.is_some_and(|ty| ty.code == code::STRUCT);
    let Some(ty) = NonNull::new(ty).filter(|_| is_struct) else {
        return Status::BadTypedef;
    };
    // SAFETY: the caller owes the same.
    unsafe { measure_struct(ty, 0, NonNull::new(offsets)) }.into()
}

/// Gives a type its size and its alignment, and those of its parts, where they are not known: those that C code
/// has set stay.
///
/// # Safety
///
/// `ty` is null or a type whose parts are types, and which may be written to if it has no size.
pub(crate) unsafe fn initialise(ty: *mut FfiType, depth: usize) -> Result<(), Status> {
    let ty = NonNull::new(ty).ok_or(Status::BadTypedef)?;
    // SAFETY: the caller says that it is a type.
    let &FfiType { size, code, .. } = unsafe { ty.as_ref() };
    if size != 0 {
        return Ok(());
    }
    match code {
        code::VECTOR => {
            // SAFETY: the caller owes the same.
            unsafe { measure_vector(ty, depth) }
        }
        // SAFETY: as above.
        _ => unsafe { measure_struct(ty, depth, None) },
    }
}

/// The members of a struct, or the lanes of a vector. Those of an [opaque](is_opaque) struct are none.
///
/// # Safety
///
/// The type's elements are null or end with null.
pub(crate) unsafe fn elements_of(ty: &FfiType) -> Result<&[*mut FfiType], Status> {
    if is_opaque(ty) {
        return Ok(&[]);
    }
    let start = NonNull::new(ty.elements).ok_or(Status::BadTypedef)?;
    let mut count = 0;
    loop {
        // SAFETY: none before was null, so there is one more.
        let element = unsafe { start.add(count) };
        // SAFETY: as above.
        if unsafe { element.read() }.is_null() {
            break;
        }
        count += 1;
        if count > MAX_MEMBERS {
            return Err(Status::BadTypedef);
        }
    }
    // SAFETY: so many were read.
    Ok(unsafe { std::slice::from_raw_parts(start.as_ptr(), count) })
}

/// Whether a struct does not say what it is made of, and need not: it has a size, and one that is passed in
/// memory whatever it holds. libffi does not look at the members of such a struct.
fn is_opaque(ty: &FfiType) -> bool {
    /// The most bytes of a struct that libffi looks into: of four eightbytes on x86-64, of four numbers of the
    /// largest size on AArch64; and none for Windows on x86-64.
    const LOOKED_INTO: usize = match () {
        () if cfg!(target_arch = "aarch64") => 64,
        () if cfg!(windows) => 0,
        () => 32,
    };
    ty.code == code::STRUCT && ty.elements.is_null() && ty.size > LOOKED_INTO
}

/// Whether a member is a struct of nothing, as GNU C has them. It has no size; but the struct around it may have
/// one that C code has set, and then it is not there.
///
/// # Safety
///
/// It is null or a type whose parts are types.
#[inline]
pub(crate) unsafe fn is_nothing(member: *const FfiType) -> bool {
    /// Of more parts nobody asks whether they are nothing.
    const PARTS: usize = 64;
    // SAFETY: the caller owes the same.
    if unsafe { member.as_ref() }.is_some_and(|ty| ty.size != 0) {
        return false;
    }
    let mut parts = PARTS;
    // SAFETY: the caller owes the same.
    unsafe { is_nothing_within(member, &mut parts) }
}

/// # Safety
///
/// As for [`is_nothing`].
unsafe fn is_nothing_within(member: *const FfiType, parts: &mut usize) -> bool {
    // SAFETY: the caller says that it is null or a type.
    let Some(ty) = (unsafe { member.as_ref() }) else {
        return false;
    };
    if ty.size != 0 || ty.code != code::STRUCT || *parts == 0 {
        return false;
    }
    *parts -= 1;
    // SAFETY: the caller says that its parts are types.
    let members = unsafe { elements_of(ty) };
    members.is_ok_and(|members| {
        // SAFETY: as above.
        let is_nothing = |member: &*mut FfiType| unsafe { is_nothing_within(*member, parts) };
        members.iter().all(is_nothing)
    })
}

/// # Safety
///
/// As for [`initialise`], and `offsets` has room for an offset of each member.
unsafe fn measure_struct(
    mut ty: NonNull<FfiType>,
    depth: usize,
    offsets: Option<NonNull<usize>>,
) -> Result<(), Status> {
    if depth > MAX_DEPTH {
        return Err(Status::BadTypedef);
    }
    let (mut end, mut most) = (0usize, 1usize);
    // SAFETY: the caller says that it is a type.
    let described = unsafe { ty.as_ref() };
    // SAFETY: as above.
    let elements = unsafe { elements_of(described) }?;
    for (index, element) in elements.iter().enumerate() {
        // SAFETY: the caller says that the parts are types.
        unsafe { initialise(*element, depth + 1) }?;
        // SAFETY: as above, and it is not null.
        let (size, align) = unsafe { measured(*element) }?;
        let offset = end.checked_next_multiple_of(align);
        let offset = offset.ok_or(Status::BadTypedef)?;
        if let Some(offsets) = offsets {
            // SAFETY: the caller says that there is room.
            let place = unsafe { offsets.add(index) };
            // SAFETY: as above.
            unsafe { place.write(offset) };
        }
        end = offset.checked_add(size).ok_or(Status::BadTypedef)?;
        most = most.max(align);
    }
    let size = end.checked_next_multiple_of(most);
    let size = size.filter(|size| *size > 0).ok_or(Status::BadTypedef)?;
    // SAFETY: the caller says that it may be written to.
    let ty = unsafe { ty.as_mut() };
    ty.alignment = u16::try_from(most).map_err(|_| Status::BadTypedef)?;
    ty.size = size;
    Ok(())
}

/// Lanes of one scalar type, which fill a vector register. It is aligned to its size, up to that of the largest
/// register.
///
/// libffi's manual, "Vector Types": "`size` is lane_size x N rounded up to the next power of two. This matches
/// Clang's `ext_vector_type` storage".
///
/// # Safety
///
/// As for [`initialise`].
unsafe fn measure_vector(mut ty: NonNull<FfiType>, depth: usize) -> Result<(), Status> {
    // SAFETY: the caller says that it is a type.
    let described = unsafe { ty.as_ref() };
    // SAFETY: as above.
    let elements = unsafe { elements_of(described) }?;
    let lane = *elements.first().ok_or(Status::BadTypedef)?;
    if elements.iter().any(|other| *other != lane) || depth > MAX_DEPTH {
        return Err(Status::BadTypedef);
    }
    // SAFETY: the caller says that the parts are types, and it is not null.
    let (lane, _) = unsafe { measured(lane) }?;
    let size = lane.checked_mul(elements.len());
    let size = size.and_then(usize::checked_next_power_of_two);
    let size = size.filter(|size| VECTORS.contains(size));
    let size = size.ok_or(Status::BadTypedef)?;
    let align = size.min(trampette::MODEL.max_vector_align);
    // SAFETY: the caller says that it may be written to.
    let ty = unsafe { ty.as_mut() };
    ty.alignment = u16::try_from(align).map_err(|_| Status::BadTypedef)?;
    ty.size = size;
    Ok(())
}

/// The size and the alignment of a type that has them.
///
/// # Safety
///
/// It is a type.
unsafe fn measured(ty: *const FfiType) -> Result<(usize, usize), Status> {
    // SAFETY: the caller says so.
    let ty = unsafe { &*ty };
    let align = usize::from(ty.alignment);
    let is_sound = align.is_power_of_two() && ty.code != code::VOID;
    is_sound
        .then_some((ty.size, align))
        .ok_or(Status::BadTypedef)
}
