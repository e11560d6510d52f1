//! The trampette command: call C functions and list the exports of libraries from the shell.
