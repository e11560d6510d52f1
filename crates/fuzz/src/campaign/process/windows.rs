//! Jobs and exception codes.

use std::io;
use std::os::windows::io::{AsRawHandle as _, FromRawHandle as _, OwnedHandle};
use std::os::windows::process::CommandExt as _;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use windows_sys::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation,
    SetInformationJobObject, TerminateJobObject,
};

/// A job, which ends with its handle: should this process be killed, so are they.
#[derive(Debug)]
pub(super) struct Group(OwnedHandle);

/// How long a process may take to end that has closed its pipes.
const GRACE: Duration = Duration::from_millis(200);

/// CREATE_NEW_PROCESS_GROUP: who begins one does not hear of Ctrl-C.
const NEW_GROUP: u32 = 0x200;

pub(super) fn set_apart(command: &mut Command) {
    command.creation_flags(NEW_GROUP);
}

impl Group {
    pub(super) fn of(child: &Child) -> io::Result<Self> {
        // SAFETY: both may be null.
        let job = unsafe { CreateJobObjectW(std::ptr::null(), std::ptr::null()) };
        if job.is_null() {
            return Err(io::Error::last_os_error());
        }
        // SAFETY: the handle is new, and nobody else's.
        let job = unsafe { OwnedHandle::from_raw_handle(job) };
        // SAFETY: all zero is no limit.
        let mut limits: JOBOBJECT_EXTENDED_LIMIT_INFORMATION = unsafe { std::mem::zeroed() };
        limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
        let size = size_of_val(&limits).try_into().map_err(io::Error::other)?;
        // SAFETY: the structure is the one that belongs to the class, of this size.
        let set = unsafe {
            SetInformationJobObject(
                job.as_raw_handle(),
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
        };
        if set == 0 {
            return Err(io::Error::last_os_error());
        }
        let (job_handle, process) = (job.as_raw_handle(), child.as_raw_handle());
        // SAFETY: both handles are open.
        match unsafe { AssignProcessToJobObject(job_handle, process) } {
            0 => Err(io::Error::last_os_error()),
            _ => Ok(Self(job)),
        }
    }

    pub(super) fn end(&mut self, leader: &mut Child) -> io::Result<ExitStatus> {
        // One whose pipes are closed already may need a moment to get its own status.
        let start = Instant::now();
        while leader.try_wait()?.is_none() && start.elapsed() < GRACE {
            thread::sleep(GRACE / 20);
        }
        // SAFETY: the handle is open. A job whose processes have ended is left as it is.
        unsafe { TerminateJobObject(self.0.as_raw_handle(), 1) };
        leader.wait()
    }
}

pub(super) fn crash(status: ExitStatus) -> Option<String> {
    let code = status.code()?.cast_unsigned();
    let known = [
        (0x8000_0003, "EXCEPTION_BREAKPOINT"),
        (0xC000_0005, "EXCEPTION_ACCESS_VIOLATION"),
        (0xC000_001D, "EXCEPTION_ILLEGAL_INSTRUCTION"),
        (0xC000_0094, "EXCEPTION_INT_DIVIDE_BY_ZERO"),
        (0xC000_0096, "EXCEPTION_PRIV_INSTRUCTION"),
        (0xC000_00FD, "EXCEPTION_STACK_OVERFLOW"),
        (0xC000_0374, "STATUS_HEAP_CORRUPTION"),
        (0xC000_0409, "STATUS_STACK_BUFFER_OVERRUN"),
    ];
    let name = known.iter().find(|(number, _)| *number == code);
    match name {
        Some((_, name)) => Some((*name).into()),
        None if code >= 0x8000_0000 => Some(format!("exception {code:#x}")),
        None => None,
    }
}

/// TerminateProcess has no code of its own; most give 1, which is no crash.
pub(super) fn is_from_outside(_: ExitStatus) -> bool {
    false
}
