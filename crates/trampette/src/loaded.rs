//! Where the loader found a library.

use std::path::PathBuf;

#[cfg(unix)]
use libloading::os::unix as os;
#[cfg(windows)]
use libloading::os::windows as os;

/// The handle again, and the file that it was loaded from, where the loader tells.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
pub(crate) fn locate(handle: os::Library) -> (os::Library, Option<PathBuf>) {
    use std::ffi::{CStr, OsStr, c_char, c_void};
    use std::os::unix::ffi::OsStrExt;
    use std::ptr;

    /// The public beginning of `struct link_map` of `<link.h>`.
    #[repr(C)]
    struct LinkMap {
        l_addr: usize,
        l_name: *const c_char,
    }

    let raw = handle.into_raw();
    let mut map: *const LinkMap = ptr::null();
    let to = ptr::from_mut(&mut map).cast::<c_void>();
    // SAFETY: the handle is open, and this request writes one pointer.
    let status = unsafe { libc::dlinfo(raw, libc::RTLD_DI_LINKMAP, to) };
    let path = (status == 0 && !map.is_null()).then(|| {
        // SAFETY: the loader's entry for a library stays as long as the library, which is open.
        let name = unsafe { (*map).l_name };
        // SAFETY: so does the name in it, a string that ends with NUL.
        let name = unsafe { CStr::from_ptr(name) };
        PathBuf::from(OsStr::from_bytes(name.to_bytes()))
    });
    // SAFETY: this is the open handle that was taken apart above.
    let handle = unsafe { os::Library::from_raw(raw) };
    (handle, path.and_then(absolute))
}

/// The handle again, and the file that it was loaded from, where the loader tells.
#[cfg(windows)]
pub(crate) fn locate(handle: os::Library) -> (os::Library, Option<PathBuf>) {
    use std::ffi::OsString;
    use std::os::windows::ffi::OsStringExt;

    use windows_sys::Win32::System::LibraryLoader::GetModuleFileNameW;

    /// The longest path that Windows has, in UTF-16 units.
    const MAX: u32 = 32_768;

    let raw = handle.into_raw();
    let mut name = vec![0; MAX as usize];
    // SAFETY: the handle is open, and the buffer has as many units as it says.
    let length = unsafe { GetModuleFileNameW(raw as _, name.as_mut_ptr(), MAX) };
    let path = PathBuf::from(OsString::from_wide(&name[..length as usize]));
    // SAFETY: this is the open handle that was taken apart above.
    let handle = unsafe { os::Library::from_raw(raw) };
    (handle, absolute(path))
}

/// The handle again: this loader does not tell.
#[cfg(not(any(windows, all(target_os = "linux", target_env = "gnu"))))]
pub(crate) fn locate(handle: os::Library) -> (os::Library, Option<PathBuf>) {
    (handle, None)
}

/// A path that stays right when the working directory changes. The loader has no name for the program.
#[cfg(any(windows, all(target_os = "linux", target_env = "gnu")))]
fn absolute(path: PathBuf) -> Option<PathBuf> {
    if path.as_os_str().is_empty() {
        std::env::current_exe().ok()
    } else {
        std::path::absolute(path).ok()
    }
}
