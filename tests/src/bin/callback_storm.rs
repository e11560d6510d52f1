//! A program that makes callbacks by the hundred thousand, from several threads and around forks, while
//! it calls them and watches its own memory map. `tests/callback_memory.rs` runs it, mode by mode; it
//! fails with a message.

#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
fn main() {}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().unwrap_or_default();
    let count = arguments.next().and_then(|count| count.parse().ok());
    let count = count.expect("a number of callbacks");
    let is_campaign = trampette_tests::matrix::is_campaign;
    // SAFETY: no preconditions. A mode that hangs is ended.
    unsafe { libc::alarm(if is_campaign() { 1200 } else { 60 }) };
    match mode.as_str() {
        "live" => storm::live(count),
        "mdwe" => storm::mdwe(count),
        "descriptors" => storm::descriptors(count),
        "churn" => storm::churn(count),
        "two-lives" => storm::two_lives(count),
        "forks" => storm::forks(count),
        "shortage" => storm::shortage(count),
        _ => panic!("`{mode}` is no mode"),
    }
}

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
mod storm {
    use std::ffi::c_void;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;

    use trampette::{Callback, Error, Signature};
    use trampette_tests::process::{self, Running};

    /// How many mappings may be there with so many callbacks: under 200 with 100,000. Each 2,048 more
    /// have a mapping of code and one of data.
    const fn most_mappings(count: usize) -> usize {
        let more = count.saturating_sub(100_000);
        199 + more.div_ceil(2048) * 2
    }

    const CALLERS: usize = 8;
    const MAKERS: usize = 3;

    /// The signatures of dynamic callbacks here: one whose arguments an adapter gathers, and one whose arguments
    /// are words in registers.
    const DYNAMIC: [&str; 2] = ["(i64, f64, {i64, i64, i64}) -> i64", "(i64, i32) -> i64"];

    /// A callback that gives the sum of its argument and its index.
    struct Made {
        callback: Callback,
        index: i64,
    }

    /// One of each kind in turn: typed, its context injected or its arguments gathered by an adapter, and dynamic.
    fn make(index: usize, dynamic: &[Signature; 2]) -> Made {
        try_make(index, dynamic).unwrap_or_else(|error| panic!("callback {index}: {error}"))
    }

    fn try_make(index: usize, dynamic: &[Signature; 2]) -> Result<Made, Error> {
        let index = i64::try_from(index).expect("a small number");
        let callback = match index % 4 {
            0 => Callback::from_fn(move |a: i64| a + index),
            1 => Callback::from_fn(
                move |a: i64, _: i64, _: i64, _: i64, _: i64, _: i64, g: i64| a + g + index,
            ),
            kind => Callback::new(&dynamic[usize::from(kind == 3)], move |call| {
                let sum = call.argument::<i64>(0).map(|a| a + index);
                sum.and_then(|sum| call.set_result(sum))
                    .expect("the types are right");
            }),
        };
        callback.map(|callback| Made { callback, index })
    }

    fn dynamic() -> [Signature; 2] {
        DYNAMIC.map(|text| text.parse().expect("the text is a signature"))
    }

    fn make_all(indices: impl Iterator<Item = usize>) -> Vec<Made> {
        let dynamic = dynamic();
        indices.map(|index| make(index, &dynamic)).collect()
    }

    type Injected = extern "C" fn(i64) -> i64;
    type Adapted = extern "C" fn(i64, i64, i64, i64, i64, i64, i64) -> i64;
    type Dynamic = extern "C" fn(i64, f64, [i64; 3]) -> i64;
    type InWords = extern "C" fn(i64, i32) -> i64;

    impl Made {
        fn call(&self, number: i64) {
            let pointer = self.callback.as_ptr();
            let result = match self.index % 4 {
                // SAFETY: this is the signature of such callbacks.
                0 => unsafe { std::mem::transmute::<*const c_void, Injected>(pointer)(number) },
                1 => {
                    // SAFETY: as above.
                    let call = unsafe { std::mem::transmute::<*const c_void, Adapted>(pointer) };
                    call(number - 7, 2, 3, 4, 5, 6, 7)
                }
                2 => {
                    // SAFETY: as above: the struct is read from the stack, where anything may stand.
                    let call = unsafe { std::mem::transmute::<*const c_void, Dynamic>(pointer) };
                    call(number, 2.0, [3; 3])
                }
                // SAFETY: as above.
                _ => unsafe { std::mem::transmute::<*const c_void, InWords>(pointer)(number, 2) },
            };
            assert_eq!(result, number + self.index, "callback {}", self.index);
        }
    }

    fn check_map(callbacks: usize) -> usize {
        let wrong = process::mappings_that_must_not_be();
        assert!(wrong.is_empty(), "must not be: {wrong:?}");
        let count = process::mappings().len();
        assert!(count <= most_mappings(callbacks), "{count} mappings");
        count
    }

    /// So many live at once: hard cases 20, 28 and 30.
    pub(crate) fn live(count: usize) {
        let descriptors = process::descriptors();
        let running = Running::new();
        let made = thread::scope(|scope| {
            scope.spawn(|| {
                while running.goes_on() {
                    check_map(count);
                    thread::yield_now();
                }
            });
            running.during(|| make_all(0..count))
        });
        let mappings = check_map(count);
        made.iter().for_each(|made| made.call(made.index * 3));
        drop(made);
        check_map(count);
        assert_eq!(process::descriptors(), descriptors, "one was left open");
        println!("{count} callbacks, {mappings} mappings");
    }

    /// The same where the kernel forbids that anything becomes executable later.
    pub(crate) fn mdwe(count: usize) {
        if !process::refuse_exec_gain() {
            println!("note: this kernel has no PR_SET_MDWE");
            return;
        }
        live(count);
    }

    /// Address space runs out after some of so many: a typed error, nothing is lost, and it goes on later.
    /// (Small typed callbacks, whose contexts are not on the heap: that would end the process.)
    pub(crate) fn shortage(count: usize) {
        let (dynamic, mut made) = (dynamic(), Vec::with_capacity(2 * count));
        let next = |made: &Vec<Made>| try_make(3 * made.len(), &dynamic);
        made.push(next(&made).expect("there is memory for one"));
        process::limit_address_space(Some(4 << 20));
        let error = loop {
            match next(&made) {
                Ok(more) => made.push(more),
                Err(error) => break error,
            }
            assert!(made.len() < count, "there is no end of memory");
        };
        assert_eq!(error.code(), "executable-memory", "{error}");
        assert!((0..100).all(|_| next(&made).is_err()));
        made.iter().for_each(|made| made.call(1));
        process::limit_address_space(None);
        let before = made.len();
        for _ in 0..10_000 {
            made.push(next(&made).expect("there is memory again"));
        }
        made.iter().for_each(|made| made.call(2));
        check_map(made.len());
        println!("{before} callbacks before: {error}");
    }

    /// Every descriptor is closed and its number reused: callbacks do not notice.
    pub(crate) fn descriptors(count: usize) {
        let old = make_all(0..100);
        // SAFETY: nothing in this program has descriptors above 2 that it goes on to use.
        assert_eq!(unsafe { libc::close_range(3, u32::MAX, 0) }, 0);
        let before = process::descriptors();
        let open = |_| std::fs::File::open("/dev/zero").expect("/dev/zero opens");
        let reused: Vec<_> = (0..16).map(open).collect();
        let made = make_all(0..count);
        old.iter().chain(&made).for_each(|made| made.call(1));
        drop(reused);
        assert_eq!(process::descriptors(), before, "one was left open");
    }

    /// Some threads call what is there while others make, call and free: hard case 23.
    pub(crate) fn churn(count: usize) {
        let (running, calls) = (Running::new(), AtomicUsize::new(0));
        let lasting = make_all(0..1000);
        thread::scope(|scope| {
            for caller in 0..CALLERS {
                let (running, calls, lasting) = (&running, &calls, &lasting);
                scope.spawn(move || {
                    let mut number = i64::try_from(caller).expect("a small number");
                    while running.goes_on() {
                        lasting.iter().for_each(|made| made.call(number));
                        number += 1;
                        calls.fetch_add(lasting.len(), Ordering::Relaxed);
                    }
                });
            }
            running.during(|| make_and_free_in_parallel(count));
        });
        println!(
            "{} calls while {count} were made and freed",
            calls.into_inner()
        );
    }

    fn make_and_free_in_parallel(count: usize) {
        thread::scope(|scope| {
            for maker in 0..MAKERS {
                scope.spawn(move || make_and_free((maker..count).step_by(MAKERS)));
            }
        });
    }

    /// Makes, calls and frees, with up to 50 living at a time.
    fn make_and_free(indices: impl Iterator<Item = usize>) {
        let (dynamic, mut living) = (dynamic(), std::collections::VecDeque::new());
        for index in indices {
            let made = make(index, &dynamic);
            made.call(5);
            living.push_back(made);
            if living.len() > 50 {
                living.pop_front().iter().for_each(|made| made.call(6));
            }
        }
        living.iter().for_each(|made| made.call(7));
    }

    /// After a fork both sides make and free callbacks, which are not each other's.
    pub(crate) fn two_lives(count: usize) {
        let mut old = make_all(0..1000);
        let child = process::fork(60, || {
            old.truncate(500);
            let new = make_all(5000..5000 + count);
            old.iter().chain(&new).for_each(|made| made.call(1));
            true
        });
        let mut new = make_all(2_000_000..2_000_000 + count);
        old.iter().chain(&new).for_each(|made| made.call(2));
        assert_eq!(process::wait(child), 0);
        new.drain(..count / 2);
        new.extend(make_all(0..count));
        old.iter().chain(&new).for_each(|made| made.call(3));
        check_map(count);
    }

    /// So many forks while other threads make and free: every child does so at once: hard case 26.
    pub(crate) fn forks(count: usize) {
        let running = Running::new();
        let lasting = make_all(0..100);
        thread::scope(|scope| {
            for maker in 0..MAKERS {
                let running = &running;
                let mine = (maker..).step_by(MAKERS);
                scope.spawn(move || make_and_free(mine.take_while(|_| running.goes_on())));
            }
            let one = |fork: usize| {
                let child = process::fork(20, || {
                    lasting.iter().for_each(|made| made.call(8));
                    make_and_free(fork..fork + 200);
                    true
                });
                make_and_free(fork..fork + 20);
                assert_eq!(process::wait(child), 0, "child {fork}: 14 is its watchdog");
                lasting.iter().for_each(|made| made.call(9));
            };
            running.during(|| (0..count).for_each(one));
        });
    }
}
