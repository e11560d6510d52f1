use crate::ctype::CType;
use crate::error::TypeError;
use crate::float::Float;
use crate::int::Int;
use crate::layout::{Layout, Scalar};
use crate::model::DataModel;
use crate::text::brief;

/// A SIMD vector: so many numbers of one type, as `__attribute__((vector_size(16)))` and the types of
/// `<immintrin.h>` and `<arm_neon.h>` have them. Made by [`CType::vector`].
///
/// ```
/// use trampette_types::{CType, DataModel, Float};
///
/// let m128 = CType::vector(CType::F32, 4)?;
/// assert_eq!(m128.to_string(), "vector(f32, 4)");
/// let layout = m128.layout(&DataModel::LINUX_X86_64)?;
/// assert_eq!((layout.size(), layout.align()), (16, 16));
/// # Ok::<(), trampette_types::TypeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Vector {
    lane: Lane,
    len: usize,
}

/// The type of a vector's lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Lane {
    Int(Int),
    Float(Float),
}

/// The sizes of vector registers, in bytes.
const SIZES: [usize; 4] = [8, 16, 32, 64];

impl CType {
    /// A SIMD vector of `len` numbers.
    ///
    /// # Errors
    ///
    /// [`TypeError::BadVector`] when the lanes are no integers and no floating-point numbers of up to eight
    /// bytes, or the whole has 8, 16, 32 or 64 bytes under no data model. (GCC and Clang have vectors of
    /// other sizes, which are passed in ways that no ABI knows.)
    pub fn vector(lane: CType, len: usize) -> Result<Self, TypeError> {
        let vector = match lane {
            CType::Int(int) => Some(Lane::Int(int)),
            CType::Float(float) if float != Float::LongDouble => Some(Lane::Float(float)),
            _ => None,
        };
        let vector = vector.map(|lane| Vector { lane, len });
        let exists = |vector: &Vector| {
            let mut models = DataModel::ALL.iter();
            models.any(|model| vector.layout(model).is_ok())
        };
        let vector = vector.filter(exists);
        vector
            .map(Self::Vector)
            .ok_or_else(|| TypeError::BadVector {
                lane: brief(&lane),
                len,
            })
    }
}

impl Vector {
    /// The type of the numbers.
    #[must_use]
    pub fn lane(&self) -> CType {
        match self.lane {
            Lane::Int(int) => CType::Int(int),
            Lane::Float(float) => CType::Float(float),
        }
    }

    /// How many numbers there are: never none.
    #[must_use]
    #[expect(clippy::len_without_is_empty, reason = "no vector is empty")]
    pub fn len(&self) -> usize {
        self.len
    }

    pub(crate) fn layout(&self, model: &DataModel) -> Result<Layout, TypeError> {
        let lane = match self.lane {
            Lane::Int(int) => int.scalar(model),
            Lane::Float(float) => float.scalar(model),
        };
        let size = lane.size().checked_mul(self.len);
        let size = size.filter(|size| SIZES.contains(size) && lane.size() <= MOST_LANE);
        let size = size.ok_or_else(|| TypeError::BadVector {
            lane: brief(&self.lane()),
            len: self.len,
        })?;
        Ok(Layout::of_vector(
            lane,
            self.len,
            size.min(model.max_vector_align),
        ))
    }
}

/// No processor has larger lanes. Compilers have: GCC 12 loses half of such a vector in a struct.
const MOST_LANE: usize = 8;

impl Scalar {
    /// What a vector register of that many bytes holds.
    #[must_use]
    pub fn vector(size: usize) -> Option<Self> {
        match size {
            8 => Some(Self::V64),
            16 => Some(Self::V128),
            32 => Some(Self::V256),
            64 => Some(Self::V512),
            _ => None,
        }
    }
}
