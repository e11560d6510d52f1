//! A program that makes many stubs from several threads while calling through them, and watches its own
//! memory map meanwhile. `tests/memory.rs` runs it, mode by mode; it fails with a message.

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
    // SAFETY: no preconditions. A mode that hangs is ended.
    unsafe { libc::alarm(60) };
    let mode = std::env::args().nth(1).unwrap_or_default();
    match mode.as_str() {
        "storm" => storm::storm(),
        "mdwe" => storm::mdwe(),
        "neighbours" => storm::neighbours(),
        "descriptors" => storm::descriptors(),
        "shortage" => storm::shortage(),
        "two-lives" => storm::two_lives(),
        "mappings" => storm::mappings(),
        "forks" => storm::forks(),
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

    use trampette::{Error, Frame, Function, Signature};
    use trampette_fuzz::crash;
    use trampette_tests::process::{self, Running};

    const THREADS: usize = 4;
    const STUBS: usize = 1000;
    const MOST_MAPPINGS: usize = 200;

    /// The callee of every signature here: each takes an `i64` first, and a callee of this convention
    /// need not know what else it is passed.
    extern "C" fn first(number: i64) -> i64 {
        number
    }

    /// Signatures of which no two have one shape.
    fn signature(index: usize) -> Signature {
        const KINDS: [&str; 8] = [
            "i8",
            "u16",
            "i32",
            "i64",
            "f32",
            "f64",
            "{i32, f32}",
            "{i64, f64, i8}",
        ];
        let mut text = String::from("(i64");
        let mut rest = index;
        for _ in 0..6 {
            text += ", ";
            text += KINDS[rest % KINDS.len()];
            rest /= KINDS.len();
        }
        text += ") -> i64";
        text.parse().expect("the text is a signature")
    }

    /// A function of the signature of this index, with its frame.
    struct Bound {
        function: Function,
        frame: Frame,
        index: usize,
    }

    impl Bound {
        fn new(index: usize) -> Result<Self, Error> {
            let function = Function::from_pointer(first as *const c_void, &signature(index))?;
            let frame = function.frame();
            Ok(Self {
                function,
                frame,
                index,
            })
        }

        fn call(&mut self) {
            crash::note(&format!("stub {}", self.index));
            let number = i64::try_from(self.index).expect("a small number");
            self.frame
                .set(0, number)
                .expect("the first argument is an `i64`");
            // SAFETY: the frame is the function's own, and its arguments are set or zero.
            let result = unsafe { self.function.call_frame::<i64>(&mut self.frame) };
            assert_eq!(result, number, "the stub called something else");
        }
    }

    fn bind(index: usize) -> Bound {
        Bound::new(index).unwrap_or_else(|error| panic!("stub {index}: {error}"))
    }

    /// Binds the stubs of one thread, and calls all that it has after each.
    fn bind_and_call(indices: impl Iterator<Item = usize>) -> usize {
        let mut bound: Vec<Bound> = Vec::new();
        for index in indices {
            bound.push(bind(index));
            bound.iter_mut().for_each(Bound::call);
        }
        bound.len()
    }

    fn check_mappings() -> usize {
        let wrong = process::mappings_that_must_not_be();
        assert!(
            wrong.is_empty(),
            "writable and executable, or shared and writable: {wrong:?}"
        );
        let count = process::mappings().len();
        assert!(count < MOST_MAPPINGS, "{count} mappings");
        count
    }

    /// Makes the stubs while the memory map is watched: the whole of hard cases 20, 28 and 30.
    pub(crate) fn storm() {
        let descriptors = process::descriptors();
        let (running, looks) = (Running::new(), AtomicUsize::new(0));
        let most = thread::scope(|scope| {
            let workers: Vec<_> = (0..THREADS)
                .map(|worker| scope.spawn(move || bind_and_call((worker..STUBS).step_by(THREADS))))
                .collect();
            let watcher = scope.spawn(|| {
                let mut most = 0;
                while running.goes_on() {
                    most = most.max(check_mappings());
                    looks.fetch_add(1, Ordering::Relaxed);
                }
                most
            });
            let made: usize = running.during(|| {
                let made = workers.into_iter();
                made.map(|worker| worker.join().expect("a worker")).sum()
            });
            assert_eq!(made, STUBS);
            watcher.join().expect("the watcher")
        });
        check_mappings();
        assert_eq!(
            process::descriptors(),
            descriptors,
            "a descriptor was left open"
        );
        let looks = looks.into_inner();
        assert!(looks > 10, "the map was looked at {looks} times only");
        let memory = trampette::executable_memory();
        assert!(memory.pieces() >= STUBS, "{memory}");
        println!("{STUBS} stubs, {looks} looks at the map, at most {most} mappings\n{memory}");
    }

    /// The same where the kernel forbids that anything becomes executable later.
    pub(crate) fn mdwe() {
        if !process::refuse_exec_gain() {
            println!("note: this kernel has no PR_SET_MDWE");
            return;
        }
        storm();
    }

    /// Ten times as many stubs, published in batches, need hardly more mappings.
    pub(crate) fn mappings() {
        let prepare = |indices: std::ops::Range<usize>| {
            let signatures: Vec<Signature> = indices.map(signature).collect();
            trampette::prepare(&signatures).expect("the stubs are made");
            check_mappings()
        };
        let few = prepare(0..1000);
        let many = prepare(1000..11_000);
        println!("{few} mappings with 1000 stubs, {many} with 11000");
        assert!(many <= few + 30, "{few} mappings have become {many}");
        (0..11_000).step_by(97).for_each(|index| bind(index).call());
    }

    /// Some threads call without a pause while another publishes.
    pub(crate) fn neighbours() {
        let (running, calls) = (Running::new(), AtomicUsize::new(0));
        thread::scope(|scope| {
            for worker in 0..THREADS - 1 {
                let mut bound = bind(worker);
                let (running, calls) = (&running, &calls);
                scope.spawn(move || {
                    while running.goes_on() {
                        (0..1000).for_each(|_| bound.call());
                        calls.fetch_add(1000, Ordering::Relaxed);
                    }
                });
            }
            running.during(|| (THREADS..3000).for_each(|index| bind(index).call()));
        });
        println!(
            "{} calls while 3000 stubs were published",
            calls.into_inner()
        );
    }

    /// Every descriptor is closed and its number reused: stubs do not notice.
    pub(crate) fn descriptors() {
        bind(0).call();
        let before = process::descriptors();
        // SAFETY: nothing in this program has descriptors above 2 that it goes on to use.
        assert_eq!(unsafe { libc::close_range(3, u32::MAX, 0) }, 0);
        let reused: Vec<_> = (0..16)
            .map(|_| std::fs::File::open("/dev/zero").expect("/dev/zero opens"))
            .collect();
        assert_eq!(bind_and_call(0..200), 200);
        drop(reused);
        assert!(
            process::descriptors() <= before,
            "a descriptor was left open"
        );
    }

    /// No address space is an error that passes, no descriptors none at all.
    pub(crate) fn shortage() {
        limit(libc::RLIMIT_AS, address_space() + (1 << 20));
        let error = Bound::new(0)
            .err()
            .expect("there is no address space for code");
        assert_eq!(error.code(), "executable-memory", "{error}");
        limit(libc::RLIMIT_AS, u64::MAX);
        bind(0).call();
        limit(libc::RLIMIT_NOFILE, 3);
        assert!(
            std::fs::File::open("/dev/zero").is_err(),
            "there is a descriptor after all"
        );
        assert_eq!(bind_and_call(0..50), 50);
        println!("{error}\n{}", trampette::executable_memory());
    }

    fn address_space() -> u64 {
        let pages = std::fs::read_to_string("/proc/self/statm").expect("/proc is mounted");
        let pages: u64 = pages
            .split(' ')
            .next()
            .and_then(|pages| pages.parse().ok())
            .expect("a number");
        pages * 4096
    }

    fn limit(resource: libc::__rlimit_resource_t, soft: u64) {
        let mut limit = libc::rlimit {
            rlim_cur: 0,
            rlim_max: 0,
        };
        // SAFETY: the limit is read to a local variable.
        assert_eq!(unsafe { libc::getrlimit(resource, &raw mut limit) }, 0);
        limit.rlim_cur = soft.min(limit.rlim_max);
        // SAFETY: the limit is read from a local variable.
        assert_eq!(unsafe { libc::setrlimit(resource, &raw const limit) }, 0);
    }

    /// After a fork both sides make stubs, which are not each other's.
    pub(crate) fn two_lives() {
        let mut old: Vec<Bound> = (0..20).map(bind).collect();
        let child = process::fork(60, || {
            old.iter_mut().for_each(Bound::call);
            bind_and_call(1000..1300) == 300
        });
        old.iter_mut().for_each(Bound::call);
        assert_eq!(bind_and_call(2000..2300), 300);
        assert_eq!(process::wait(child), 0);
        old.iter_mut().for_each(Bound::call);
        assert_eq!(bind_and_call(1000..1100), 100);
        check_mappings();
    }

    /// 200 forks while other threads bind: every child binds at once, and calls old and new.
    pub(crate) fn forks() {
        let running = Running::new();
        let mut old: Vec<Bound> = (0..10).map(bind).collect();
        thread::scope(|scope| {
            for worker in 0..THREADS - 1 {
                let running = &running;
                scope.spawn(move || {
                    let mine = (10 + worker..200_000).step_by(THREADS);
                    mine.take_while(|_| running.goes_on())
                        .for_each(|index| bind(index).call());
                });
            }
            let one = |fork: usize| {
                let child = process::fork(20, || {
                    old.iter_mut().for_each(Bound::call);
                    bind_and_call(200_000 + fork..200_005 + fork) == 5
                });
                old.iter_mut().for_each(Bound::call);
                assert_eq!(process::wait(child), 0, "child {fork}: 14 is its watchdog");
            };
            running.during(|| (0..200).for_each(one));
        });
    }
}
