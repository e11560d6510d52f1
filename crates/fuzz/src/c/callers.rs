//! Callers of callbacks: what they pass and what they get is known byte for byte.

use std::fmt::Write as _;

use trampette::CType;

use super::{Writer, argument, convention};
use crate::case::Case;

impl Writer {
    /// Writes one caller, and before it the types that it is the first to need: a function of the
    /// callback and of a place for the result.
    ///
    /// Without a place it calls as C does, and keeps the result in `received`. With one, which only a
    /// result in memory has, it passes that as C passes the hidden pointer, and gives what came back in
    /// rax (psABI 3.2.3: such a pointer is passed "as if it were the first argument"). On AArch64 no
    /// argument goes by the place of x8, so C assigns to the place.
    pub(super) fn caller(&mut self, name: &str, case: &Case) {
        let result = case.signature.result();
        let params = case
            .arguments
            .iter()
            .map(|passed| self.parameter(&passed.ty));
        let params: Vec<String> = params.collect();
        let arguments: Vec<String> = (0..params.len()).map(argument).collect();
        let mut body = String::new();
        for (index, passed) in case.arguments.iter().enumerate() {
            let (ty, name, at) = (self.spelling(&passed.ty), argument(index), passed.place);
            let send = match &passed.ty {
                CType::F32 => "SEND_SINGLE",
                _ if passed.is_integer() => "SEND_INTEGER",
                _ => "SEND",
            };
            _ = writeln!(body, "    {send}({ty}, {name}, {at});");
        }
        let abi = convention(case);
        if case.has_result_in_memory() && cfg!(target_arch = "aarch64") {
            let (ty, arguments) = (self.spelling(result), arguments.join(", "));
            _ = writeln!(
                body,
                "    if (place) {{\n        *({ty} *)place = callback({arguments});\n        return place;\n    }}"
            );
        } else if case.has_result_in_memory() {
            let params = with("void *", &params);
            let arguments = with("place", &arguments);
            _ = writeln!(
                body,
                "    if (place)\n        return ((void *({abi}*)({params}))callback)({arguments});"
            );
        }
        let call = format!("callback({})", arguments.join(", "));
        let ty = self.parameter(result);
        _ = match result {
            CType::Void => writeln!(body, "    {call};"),
            _ if case.result.is_integer() => {
                let own = self.spelling(result);
                writeln!(
                    body,
                    "    {ty} result = {call};\n    RECEIVE_INTEGER({own}, result);"
                )
            }
            _ => writeln!(body, "    {ty} result = {call};\n    RECEIVE(result);"),
        };
        let params = if params.is_empty() {
            "void".into()
        } else {
            params.join(", ")
        };
        _ = writeln!(
            self.out,
            "void *{name}({ty} ({abi}*callback)({params}), void *place) {{\n{body}    return 0;\n}}"
        );
    }

    /// The type of a parameter, or of the result, in the prototype that the caller goes by.
    fn parameter(&mut self, ty: &CType) -> String {
        let spelling = self.spelling(ty);
        match ty {
            CType::F32 => "SINGLE".into(),
            _ if super::is_integer(ty) => format!("INTEGER({spelling})"),
            _ => spelling,
        }
    }
}

fn with(first: &str, more: &[String]) -> String {
    let all: Vec<&str> = std::iter::once(first)
        .chain(more.iter().map(String::as_str))
        .collect();
    all.join(", ")
}
