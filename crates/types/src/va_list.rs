//! The forms of `va_list`.

use crate::ctype::CType;
use crate::error::TypeError;
use crate::int::Int;
use crate::model::VaList;

impl VaList {
    /// What an object of the type is: a variable, a member, what a `va_list *` points to.
    ///
    /// ```
    /// use trampette_types::{DataModel, VaList};
    ///
    /// let size = |form: VaList| form.object()?.layout(&DataModel::LINUX_X86_64).map(|layout| layout.size());
    /// assert_eq!([size(VaList::SysV)?, size(VaList::Aapcs64)?, size(VaList::Pointer)?], [24, 32, 8]);
    /// # Ok::<(), trampette_types::TypeError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// None today.
    pub fn object(self) -> Result<CType, TypeError> {
        let (int, uint) = (CType::Int(Int::Int), CType::Int(Int::UnsignedInt));
        match self {
            Self::SysV => {
                let tag = CType::structure([uint.clone(), uint, CType::POINTER, CType::POINTER])?;
                CType::array(tag, 1)
            }
            Self::Aapcs64 => CType::structure([
                CType::POINTER,
                CType::POINTER,
                CType::POINTER,
                int.clone(),
                int,
            ]),
            Self::Pointer => Ok(CType::POINTER),
        }
    }

    /// What a parameter of the type is.
    ///
    /// "A declaration of a parameter as 'array of type' shall be adjusted to 'qualified pointer to type'" (C11
    /// 6.7.6.3, 7): so on System V a callee reads the caller's own list. Elsewhere it reads a copy.
    ///
    /// # Errors
    ///
    /// None today.
    pub fn parameter(self) -> Result<CType, TypeError> {
        match self {
            Self::SysV => Ok(CType::POINTER),
            _ => self.object(),
        }
    }
}
