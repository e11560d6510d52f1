//! Judges headers by compilers: `headers [-I...] [-D...] [--compiler=gcc] [--under=ROOT,FOLDER] HEADER...`.
//! A header that a compiler refuses is counted, and nothing more.

use std::process::ExitCode;

#[cfg(any(target_os = "linux", windows))]
fn main() -> ExitCode {
    use trampette_tests::headers::{Judge, Verdict, headers_under, judge};

    let (mut arguments, mut headers, mut only) = (Vec::new(), Vec::new(), None);
    for argument in std::env::args().skip(1) {
        if let Some(compiler) = argument.strip_prefix("--compiler=") {
            only = Some(compiler.to_string());
        } else if let Some(folder) = argument.strip_prefix("--under=") {
            let (root, folder) = folder.split_once(',').unwrap_or((folder, ""));
            headers.extend(headers_under(root, folder));
        } else if argument.starts_with('-') {
            arguments.push(argument);
        } else {
            headers.push(argument);
        }
    }
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let judges = [Judge::GCC, Judge::CLANG, Judge::MINGW];
    let asked = judges.into_iter().filter(|judge| match &only {
        Some(only) => judge.compiler == only,
        None => judge.compiler != Judge::MINGW.compiler,
    });
    let mut failed = false;
    for found in asked.filter(Judge::is_there) {
        let (mut all, mut count, mut refused) = (Verdict::default(), 0, 0);
        for header in &headers {
            match judge(&found, header, &arguments) {
                None => refused += 1,
                Some(verdict) => {
                    count += 1;
                    for what in &verdict.disagreements {
                        println!("{} <{header}>: {what}", found.compiler);
                    }
                    all.add(verdict);
                }
            }
        }
        let compiler = found.compiler;
        println!("{compiler}: {count} headers, {refused} that it refuses: {all}");
        let mut reasons = std::mem::take(&mut all.left_out);
        reasons.sort();
        reasons.dedup();
        for reason in reasons.iter().take(20) {
            println!("  left out: {reason}");
        }
        failed |= !all.disagreements.is_empty() || count == 0;
    }
    ExitCode::from(u8::from(failed))
}

#[cfg(not(any(target_os = "linux", windows)))]
fn main() -> ExitCode {
    ExitCode::SUCCESS
}
