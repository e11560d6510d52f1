use super::{SMALL, is_campaign};

/// How many of [`SMALL`](super::SMALL) stand for all others: they meet every prefix, the others those
/// at which registers run out.
const THOROUGH: usize = 10;

/// What stands behind the struct: a register or stack slot that it must not have used up.
const SENTINELS: &str = "i64, f64, i32, f32";

/// 0-7 integers and 0-9 doubles before every small struct, sentinels after it.
#[must_use]
pub fn prefixes() -> Vec<String> {
    let mut all = Vec::new();
    for (index, shape) in SMALL.iter().enumerate() {
        for integers in 0..=7 {
            for doubles in 0..=9 {
                let border = matches!(integers, 0 | 4..) && matches!(doubles, 0 | 6..);
                if border || index < THOROUGH || is_campaign() {
                    all.push(format!("({}) -> i32", arguments(integers, doubles, shape)));
                }
            }
        }
    }
    all
}

/// The same where a hidden pointer takes the first integer register.
#[must_use]
pub fn prefixes_behind_a_result_in_memory() -> Vec<String> {
    let mut all = Vec::new();
    for shape in &SMALL[..THOROUGH] {
        for integers in 3..=6 {
            for doubles in [0, 7, 8] {
                let arguments = arguments(integers, doubles, shape);
                all.push(format!("({arguments}) -> {{i64, i32, [u8; 7]}}"));
            }
        }
    }
    all
}

/// Integers and doubles in turn, so that neither stand in a row only.
fn arguments(integers: usize, doubles: usize, shape: &str) -> String {
    let mut prefix = String::new();
    for index in 0..integers.max(doubles) {
        if index < integers {
            prefix += ["i64, ", "u8, ", "i16, ", "ptr, "][index % 4];
        }
        if index < doubles {
            prefix += ["f64, ", "f32, "][index % 2];
        }
    }
    format!("{prefix}{shape}, {SENTINELS}")
}
