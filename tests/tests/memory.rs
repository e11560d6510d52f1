//! Stubs and the memory that they live in, as a whole program sees it. The programs are modes of the
//! helper `stub_storm`.

#![cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]

use std::process::{Command, Output, Stdio};

use trampette_exec::{CodeMemory, Options};
use trampette_fuzz::c;
use trampette_fuzz::case::Case;
use trampette_fuzz::compiler;
use trampette_fuzz::fixture::Fixture;
use trampette_fuzz::stubs;
use trampette_tests::{process, proof};

const HELPER: &str = env!("CARGO_BIN_EXE_stub_storm");

fn helper(mode: &str) -> Output {
    let output = process::command(HELPER)
        .arg(mode)
        .output()
        .expect("the helper starts");
    let (words, errors) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    assert!(
        output.status.success(),
        "stub_storm {mode}: {}\n{words}{errors}",
        output.status
    );
    print!("{words}");
    output
}

#[test]
fn hard_case_20_no_mapping_is_writable_and_executable_under_a_storm_of_stubs() {
    helper("storm");
}

#[test]
fn hard_case_28_what_changes_is_neither_executable_nor_shared() {
    helper("storm");
}

#[test]
fn hard_case_20_stubs_are_made_under_mdwe() {
    helper("mdwe");
}

#[test]
fn hard_case_21_child_and_parent_make_stubs_of_their_own() {
    helper("two-lives");
}

#[test]
fn hard_case_22_no_descriptor_is_held() {
    helper("descriptors");
}

#[test]
fn hard_case_23_stubs_are_published_while_their_neighbours_run() {
    helper("neighbours");
}

#[test]
fn hard_case_26_fork_while_other_threads_bind() {
    helper("forks");
}

#[test]
fn hard_case_30_mappings_do_not_grow_with_the_number_of_stubs() {
    helper("mappings");
}

#[test]
fn hard_case_30_running_out_of_descriptors_and_space_is_no_crash() {
    if process::is_emulated("limits of its own") {
        return;
    }
    helper("shortage");
}

#[test]
fn hard_case_29_stubs_run_from_pages_of_16_and_64_kib() {
    let signatures = proof::parse([
        "(i8, {f64, i32}, f32) -> i32",
        "(i64, {[u8; 99]}, {i64} align(32)) -> u16",
    ]);
    let cases: Vec<Case> = signatures.iter().map(Case::of).collect();
    let build = compiler::builds()[0];
    let compiled = compiler::compile_for(
        &[build],
        "pages",
        &c::fixture(&cases, c::Packing::Attribute),
    );
    let fixture = Fixture::of(&compiled[0]);
    for page in [16 << 10, 64 << 10] {
        let options = Options::new()
            .page_size(page)
            .span_size(2 * page)
            .reservation(4 * page);
        let memory = CodeMemory::with_options(options).expect("such pages are possible");
        for (index, stub) in stubs::publish(&memory, &signatures).iter().enumerate() {
            let case = &cases[index];
            let target = fixture.library.symbol(&c::callee_name(index)).unwrap();
            fixture.expect(case);
            // SAFETY: the callee has the stub's signature, which gives an integer.
            let call = unsafe { stub.as_fn() };
            // SAFETY: the frame has the arguments of that signature.
            let result = unsafe { call(stub.frame_for(case).as_mut_ptr(), target.as_ptr()) };
            let result = &result.to_le_bytes()[..case.result.bytes.len()];
            assert_eq!(
                fixture.compare(case, result),
                Ok(()),
                "{page}: {}",
                case.signature
            );
        }
    }
}

/// The calls that change what memory may be used for.
const TRACED: &str = "trace=mprotect,mmap,mremap,pkey_mprotect";

#[test]
fn hard_case_20_system_calls_never_make_code_writable() {
    if process::is_emulated("system calls of its own that strace could see") {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let traced = Command::new("strace")
        .args(["-f", "-qq", "-e", TRACED, "-o"])
        .arg(&log)
        .args([HELPER, "storm"])
        .stdout(Stdio::null())
        .status();
    match traced {
        Err(error) => return println!("note: strace does not run ({error}): nothing was traced"),
        Ok(status) if !log.exists() => {
            return println!("note: strace may not trace here ({status})");
        }
        Ok(status) => assert!(status.success(), "{status}"),
    }
    let log = std::fs::read_to_string(log).unwrap();
    let mut trace = Trace::default();
    log.lines().for_each(|line| trace.line(line));
    assert!(
        trace.executable.len() > 100,
        "the trace shows {} executable mappings",
        trace.executable.len()
    );
    println!(
        "{} calls traced, {} made code",
        trace.calls,
        trace.executable.len()
    );
}

/// What `strace -f` wrote, call by call.
#[derive(Default)]
struct Trace {
    calls: usize,
    /// Where code was ever mapped, or made of data.
    executable: Vec<std::ops::Range<usize>>,
    /// Calls that another thread's interrupted in the log, by thread.
    unfinished: std::collections::HashMap<String, String>,
}

impl Trace {
    fn line(&mut self, line: &str) {
        let Some((thread, call)) = line.split_once(' ') else {
            return;
        };
        let call = call.trim_start();
        if let Some(head) = call.strip_suffix("<unfinished ...>") {
            self.unfinished.insert(thread.into(), head.into());
        } else if let Some((_, tail)) = call.split_once(" resumed>") {
            let head = self.unfinished.remove(thread).unwrap_or_default();
            self.call(&(head + tail));
        } else {
            self.call(call);
        }
    }

    fn call(&mut self, call: &str) {
        let Some((name, rest)) = call.split_once('(') else {
            return;
        };
        let Some((arguments, result)) = rest.rsplit_once(" = ") else {
            return;
        };
        let arguments: Vec<&str> = arguments.split(", ").collect();
        let start = if name == "mmap" { result } else { arguments[0] };
        let (Some(start), Ok(size)) = (hexadecimal(start), arguments[1].parse::<usize>()) else {
            return;
        };
        self.calls += 1;
        let range = start..start + size;
        let overlaps =
            |code: &std::ops::Range<usize>| code.start < range.end && range.start < code.end;
        let (writable, executable) = (call.contains("PROT_WRITE"), call.contains("PROT_EXEC"));
        assert!(!(writable && executable), "writable and executable: {call}");
        match name {
            "mprotect" | "pkey_mprotect" if writable => {
                assert!(
                    !self.executable.iter().any(overlaps),
                    "code is made writable: {call}"
                );
            }
            // What is mapped anew, or given back, is no code of before.
            "mmap" if !executable => self.executable.retain(|code| !overlaps(code)),
            _ => {}
        }
        if executable {
            self.executable.push(range);
        }
    }
}

fn hexadecimal(text: &str) -> Option<usize> {
    usize::from_str_radix(text.trim().strip_prefix("0x")?, 16).ok()
}
