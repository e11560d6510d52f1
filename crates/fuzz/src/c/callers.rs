//! Callers of callbacks: what they pass and what they get is known byte for byte.

use std::fmt::Write as _;

use trampette::CType;

use super::{Writer, argument, convention, suffix};
use crate::case::Case;

impl Writer {
    /// Writes one caller, and before it the types that it is the first to need: a function of the
    /// callback and of a place for the result.
    ///
    /// Without a place it calls as C does, and keeps the result in `received`. With one, it passes what
    /// travels by reference as the addresses in `fenced`, and a result in memory as C passes the hidden
    /// pointer; then it gives what came back in rax (psABI 3.2.3: such a pointer is passed "as if it were
    /// the first argument"). On AArch64 no argument goes by the place of x8, so C assigns to the place.
    pub(super) fn caller(&mut self, name: &str, case: &Case) {
        let params = case.arguments.iter();
        let params = params.map(|passed| self.on_the_way(&passed.ty)).collect();
        let arguments = (0..case.arguments.len()).map(argument).collect();
        let call = Call {
            params,
            arguments,
            variadic_from: case.signature.variadic_from(),
        };
        let mut body = String::new();
        for (index, passed) in case.arguments.iter().enumerate() {
            let (ty, name, at) = (self.spelling(&passed.ty), argument(index), passed.place);
            let suffix = suffix(&passed.ty);
            _ = writeln!(body, "    SEND{suffix}({ty}, {name}, {at});");
        }
        body += &self.call_with_place(case, &call);
        let ty = self.on_the_way(case.signature.result());
        body += &self.receive(case, &format!("callback({})", call.arguments()), "    ");
        let (abi, params) = (convention(case), call.params());
        _ = writeln!(
            self.out,
            "void *{name}({ty} ({abi}*callback)({params}), void *place) {{\n{body}    return 0;\n}}"
        );
    }

    /// The call with a place, where there is anything to be placed.
    fn call_with_place(&mut self, case: &Case, call: &Call) -> String {
        let mut fenced = call.clone();
        for (at, &index) in case.by_reference.iter().enumerate() {
            fenced.params[index] = "void *".into();
            fenced.arguments[index] = format!("fenced[{at}]");
        }
        let abi = convention(case);
        if !case.has_result_in_memory() {
            if case.by_reference.is_empty() {
                return String::new();
            }
            let ty = self.on_the_way(case.signature.result());
            let (params, arguments) = (fenced.params(), fenced.arguments());
            let call = format!("(({ty} ({abi}*)({params}))callback)({arguments})");
            let received = self.receive(case, &call, "        ");
            return format!("    if (place) {{\n{received}        return place;\n    }}\n");
        }
        if cfg!(target_arch = "aarch64") {
            let ty = self.spelling(case.signature.result());
            let (params, arguments) = (fenced.params(), fenced.arguments());
            let call = format!("(({ty} ({abi}*)({params}))callback)({arguments})");
            return format!(
                "    if (place) {{\n        *({ty} *)place = {call};\n        return place;\n    }}\n"
            );
        }
        fenced.params.insert(0, "void *".into());
        fenced.arguments.insert(0, "place".into());
        fenced.variadic_from = fenced.variadic_from.map(|from| from + 1);
        let (params, arguments) = (fenced.params(), fenced.arguments());
        format!(
            "    if (place)\n        return ((void *({abi}*)({params}))callback)({arguments});\n"
        )
    }

    /// Calls, and keeps the result in `received`.
    fn receive(&mut self, case: &Case, call: &str, indent: &str) -> String {
        let result = case.signature.result();
        let ty = self.on_the_way(result);
        if *result == CType::Void {
            return format!("{indent}{call};\n");
        }
        let receive = if case.result.is_integer() {
            format!("RECEIVE_INTEGER({}, result)", self.spelling(result))
        } else {
            "RECEIVE(result)".into()
        };
        format!("{indent}{ty} result = {call};\n{indent}{receive};\n")
    }
}

/// A call of a callback: the types that its caller goes by, and the arguments.
#[derive(Clone)]
struct Call {
    params: Vec<String>,
    arguments: Vec<String>,
    variadic_from: Option<usize>,
}

impl Call {
    fn params(&self) -> String {
        if self.params.is_empty() {
            return "void".into();
        }
        match self.variadic_from {
            Some(from) => format!("{}, ...", self.params[..from].join(", ")),
            None => self.params.join(", "),
        }
    }

    fn arguments(&self) -> String {
        self.arguments.join(", ")
    }
}
