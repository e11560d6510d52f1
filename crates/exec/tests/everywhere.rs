//! What holds on every operating system: here with code for x86_64 that no convention disagrees about.

#![cfg(target_arch = "x86_64")]

use std::mem::transmute;
use std::ptr::NonNull;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use region::Protection;
use trampette_exec::{CALLS_OFFSET, CodeMemory, CodePtr, THUNK_SIZE, Thunk, ThunkKind, ThunkPool};

/// `mov eax, number; ret`
fn returning(number: u32) -> Vec<u8> {
    let mut code = vec![0xb8];
    code.extend(number.to_le_bytes());
    code.push(0xc3);
    code
}

fn call(code: CodePtr) -> u32 {
    // SAFETY: the pieces of these tests are functions of this type.
    let function: extern "C" fn() -> u32 = unsafe { transmute(code.as_ptr()) };
    function()
}

fn assert_executable_and_not_writable(code: *const ()) {
    let page = region::query(code).expect("mapped");
    let rights = page.protection();
    assert!(rights.contains(Protection::EXECUTE), "{page:?}");
    // On macOS a switch per thread takes the right to write away instead.
    if cfg!(not(target_os = "macos")) {
        assert!(!rights.contains(Protection::WRITE), "{page:?}");
    }
}

#[test]
fn batches_are_executable_and_leave_earlier_ones_as_they_are() {
    let memory = CodeMemory::new();
    let mut published = Vec::new();
    for batch in 0..100 {
        let codes: Vec<Vec<u8>> = (0..1 + batch % 7)
            .map(|n| returning(batch * 10 + n))
            .collect();
        let pieces: Vec<&[u8]> = codes.iter().map(Vec::as_slice).collect();
        let entries = memory.publish(&pieces).expect("published");
        published.extend((0..).map(|n| batch * 10 + n).zip(entries));
        for (number, code) in &published {
            assert_eq!(call(*code), *number);
        }
    }
    for (_, code) in &published {
        assert_executable_and_not_writable(code.as_ptr());
    }
    println!("{}", memory.report());
}

#[test]
fn a_piece_larger_than_a_span_and_a_batch_larger_than_one() {
    let memory = CodeMemory::new();
    let mut large = vec![0x90; 200_000];
    large.extend(returning(7));
    let many: Vec<Vec<u8>> = (0..5000).map(returning).collect();
    let mut batch: Vec<&[u8]> = many.iter().map(Vec::as_slice).collect();
    batch.push(&large);
    let entries = memory.publish(&batch).expect("published");
    for (number, code) in (0..5000).zip(&entries) {
        assert_eq!(call(*code), number);
    }
    assert_eq!(call(entries[5000]), 7);
    assert_eq!(
        call(memory.publish(&[&returning(8)]).expect("published")[0]),
        8
    );
}

#[test]
fn threads_publish_while_others_execute() {
    let memory = CodeMemory::new();
    let lasting = memory.publish(&[&returning(1)]).expect("published")[0];
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    assert_eq!(call(lasting), 1);
                }
            });
        }
        let makers = [0, 1].map(|maker| {
            let memory = &memory;
            scope.spawn(move || {
                for number in 0..200 {
                    let number = 1000 * maker + number;
                    let code = memory.publish(&[&returning(number)]).expect("published")[0];
                    assert_eq!(call(code), number);
                }
            })
        });
        for maker in makers {
            maker.join().expect("no panic");
        }
        done.store(true, Ordering::Relaxed);
    });
}

/// `[lock inc qword [rip + calls];] mov r10, [rip + slot]; jmp [r10]`
fn emit(slot: i32) -> [u8; THUNK_SIZE] {
    let mut code = [0xcc; THUNK_SIZE];
    code[..4].copy_from_slice(&[0xf0, 0x48, 0xff, 0x05]);
    code[4..8].copy_from_slice(&(slot + CALLS_OFFSET - 8).to_le_bytes());
    code[8..11].copy_from_slice(&[0x4c, 0x8b, 0x15]);
    code[11..15].copy_from_slice(&(slot - 15).to_le_bytes());
    code[15..18].copy_from_slice(&[0x41, 0xff, 0x22]);
    code
}

#[test]
fn thunks_are_taken_called_counted_and_retired() {
    static POOL: ThunkPool = ThunkPool::new(ThunkKind {
        name: "r10",
        emit,
        biased: false,
    });
    static CODE: CodeMemory = CodeMemory::new();
    // mov eax, [r10 + 8]; ret
    let code = CODE
        .publish(&[&[0x41, 0x8b, 0x42, 0x08, 0xc3]])
        .expect("published")[0];
    let context =
        |number: usize| -> &'static [usize; 2] { Box::leak(Box::new([code.addr(), number])) };
    let call = |thunk: Thunk| {
        // SAFETY: the contexts of this test have code of this type.
        let function: extern "C" fn() -> u32 = unsafe { transmute(thunk.as_ptr()) };
        function()
    };
    let gone = NonNull::from(context(0xdead)).cast();
    let take = |number| {
        let point = |_| NonNull::from(context(number)).cast();
        // SAFETY: the contexts last for ever.
        unsafe { POOL.take(0, point) }.expect("a thunk")
    };
    let thunks: Vec<Thunk> = (0..5000).map(take).collect();
    for (number, thunk) in (0..).zip(&thunks) {
        assert_eq!(call(*thunk), number);
        assert_eq!(thunk.calls(), 1);
        assert_executable_and_not_writable(thunk.as_ptr());
        // SAFETY: the call was counted, and is over.
        assert!(!unsafe { thunk.leave() });
        // SAFETY: the thunk is taken, and the tombstone lasts for ever.
        assert!(unsafe { thunk.close(gone) }, "nobody is inside");
        // SAFETY: as above.
        unsafe { POOL.retire(*thunk, gone) };
        assert_eq!(call(*thunk), 0xdead);
    }
    println!("{}", POOL.report());
}
