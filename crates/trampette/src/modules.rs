//! The process itself on Windows, whose loader looks for a symbol in one module at a time.

use std::ffi::c_void;
use std::mem::size_of;
use std::ptr::{self, null_mut};

use libloading::os::windows::Library;
use windows_sys::Win32::Foundation::HMODULE;
use windows_sys::Win32::System::LibraryLoader::{
    GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS, GetModuleHandleExW,
};
use windows_sys::Win32::System::ProcessStatus::K32EnumProcessModules;
use windows_sys::Win32::System::Threading::GetCurrentProcess;

/// The address that the first of the process' modules gives for a symbol: the program, then libraries as
/// they were loaded.
pub(crate) fn find(symbol: &str) -> Option<*mut c_void> {
    let mut modules = loaded();
    // The second is ntdll, which has some functions of the C library as well, for the system's own use.
    if modules.len() > 2 {
        modules[1..].rotate_left(1);
    }
    modules.into_iter().find_map(|module| {
        let library = hold(module)?;
        // SAFETY: the symbol is taken as a bare address, which promises nothing about it.
        let found = unsafe { library.get::<*mut c_void>(symbol) };
        found.ok().map(|found| found.as_raw_ptr())
    })
}

/// Every module, as the loader lists them.
fn loaded() -> Vec<HMODULE> {
    const SIZE: u32 = size_of::<HMODULE>() as u32;

    let mut modules: Vec<HMODULE> = vec![null_mut(); 64];
    loop {
        let room = u32::try_from(modules.len()).unwrap_or(u32::MAX / SIZE) * SIZE;
        let mut needed = 0;
        // SAFETY: no preconditions; the handle needs no closing.
        let process = unsafe { GetCurrentProcess() };
        // SAFETY: the buffer has as many bytes as it says.
        let done = unsafe {
            K32EnumProcessModules(
                process,
                modules.as_mut_ptr(),
                room,
                ptr::from_mut(&mut needed),
            )
        };
        if done == 0 {
            return Vec::new();
        }
        modules.resize((needed / SIZE) as usize, null_mut());
        if needed <= room {
            return modules;
        }
    }
}

/// The module, kept loaded while somebody looks into it; `None` when it is gone.
fn hold(module: HMODULE) -> Option<Library> {
    let mut held = null_mut();
    let flags = GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS;
    // SAFETY: a handle is an address in its module; any address may be asked about.
    let found = unsafe { GetModuleHandleExW(flags, module.cast(), &raw mut held) };
    // SAFETY: the handle was counted for us, and the library counts it down again.
    (found != 0).then(|| unsafe { Library::from_raw(held as _) })
}
