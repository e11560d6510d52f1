//! The machine's own headers: every struct and union with every field, and every enumerator, as GCC and Clang have
//! them. `ci/headers.sh` has the rest of them.
#![cfg(all(target_os = "linux", target_arch = "x86_64"))]

use trampette_tests::headers::{Judge, Verdict, judge};

const HEADERS: &[&str] = &[
    "aio.h",
    "arpa/inet.h",
    "complex.h",
    "dirent.h",
    "elf.h",
    "fcntl.h",
    "glob.h",
    "ifaddrs.h",
    "immintrin.h",
    "inttypes.h",
    "linux/bpf.h",
    "linux/io_uring.h",
    "linux/netlink.h",
    "linux/perf_event.h",
    "linux/videodev2.h",
    "locale.h",
    "math.h",
    "net/if.h",
    "netdb.h",
    "netinet/in.h",
    "netinet/ip.h",
    "netinet/tcp.h",
    "poll.h",
    "pthread.h",
    "pwd.h",
    "regex.h",
    "resolv.h",
    "sched.h",
    "signal.h",
    "spawn.h",
    "stdio.h",
    "stdlib.h",
    "string.h",
    "sys/epoll.h",
    "sys/ptrace.h",
    "sys/socket.h",
    "sys/stat.h",
    "sys/time.h",
    "sys/ucontext.h",
    "sys/un.h",
    "sys/user.h",
    "termios.h",
    "threads.h",
    "time.h",
    "ucontext.h",
    "unistd.h",
    "wchar.h",
    // Where they are installed.
    "sqlite3.h",
    "zlib.h",
];

#[test]
fn headers_are_read_as_compilers_read_them() {
    let mut all = Verdict::default();
    let judges = [Judge::GCC, Judge::CLANG];
    let judges: Vec<_> = judges.into_iter().filter(Judge::is_there).collect();
    assert!(!judges.is_empty(), "these tests need a C compiler");
    for found in &judges {
        let mut verdict = Verdict::default();
        for header in HEADERS {
            match judge(found, header, &[]) {
                Some(one) => verdict.add(one),
                None => println!("{}: <{header}> is not here", found.compiler),
            }
        }
        println!("{}: {verdict}", found.compiler);
        all.add(verdict);
    }
    let differences = all.disagreements.join("\n");
    assert!(all.disagreements.is_empty(), "{differences}");
    let of_each = |count: usize| count / judges.len();
    assert!(of_each(all.records) > 500 && of_each(all.members) > 4000);
    assert!(of_each(all.enumerators) > 1500);
    assert!(all.left_out.len() < 10, "{:?}", all.left_out);
}
