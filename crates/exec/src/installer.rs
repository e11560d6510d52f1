//! Which strategy is in use, and what those before it were refused.

use crate::code_ptr::CodePtr;
use crate::error::ExecError;
use crate::options::Geometry;
use crate::strategy::{Immutability, Refusal, Strategy};
use crate::system;

/// Puts images into executable pages by the first strategy that works, and remembers.
///
/// A refusal is for good and the strategy is not tried again; a shortage (of memory, mappings or
/// descriptors) only sends *this* image to the next one.
#[derive(Debug, Default)]
pub(crate) struct Installer {
    /// How many of the strategies are ruled out.
    ruled_out: usize,
    /// What they were told.
    refusals: Vec<Refusal>,
    /// Those that have worked, here or on a scratch page.
    proven: Vec<Strategy>,
    in_use: Option<Strategy>,
    weakest: Option<Immutability>,
}

impl Installer {
    /// Finds a strategy that works, on a scratch page where none has worked yet.
    pub(crate) fn prewarm(
        &mut self,
        strategies: &[Strategy],
        geometry: &Geometry,
    ) -> Result<(), ExecError> {
        self.first_that_works(strategies, |strategy, proven| {
            prove(strategy, proven, geometry)
        })
        .map(drop)
    }

    /// Replaces what is mapped at `at` by executable pages with this content. When it fails, what
    /// was there is still there.
    ///
    /// # Safety
    ///
    /// - `at` is a page boundary in a reservation of ours, and `pages` whole pages that fit there.
    /// - What is executed in the range finds its own bytes in `pages` too.
    pub(crate) unsafe fn install(
        &mut self,
        at: CodePtr,
        pages: &[u8],
        strategies: &[Strategy],
        geometry: &Geometry,
    ) -> Result<(), ExecError> {
        let used = self.first_that_works(strategies, |strategy, proven| {
            prove(strategy, proven, geometry)?;
            // SAFETY: the caller's promise, and the strategy is proven.
            unsafe { system::install(strategy, at, pages) }
        })?;
        let now = used.immutability();
        self.weakest = Some(self.weakest.map_or(now, |before| before.min(now)));
        Ok(())
    }

    /// The strategy that worked last.
    pub(crate) fn in_use(&self) -> Option<Strategy> {
        self.in_use
    }

    /// What was refused for good.
    pub(crate) fn refusals(&self) -> &[Refusal] {
        &self.refusals
    }

    /// The weakest protection that any page has got.
    pub(crate) fn weakest(&self) -> Option<Immutability> {
        self.weakest
    }

    fn first_that_works(
        &mut self,
        strategies: &[Strategy],
        attempt: impl Fn(Strategy, bool) -> Result<(), Refusal>,
    ) -> Result<Strategy, ExecError> {
        let mut short = Vec::new();
        let mut index = self.ruled_out;
        while let Some(&strategy) = strategies.get(index) {
            let proven = self.proven.contains(&strategy);
            let Err(refusal) = attempt(strategy, proven) else {
                self.worked(strategy);
                return Ok(strategy);
            };
            let next = index + 1 + also_refused(refusal, &strategies[index + 1..]);
            if system::is_shortage(refusal.errno) {
                short.push(refusal);
            } else if short.is_empty() {
                self.refusals.push(refusal);
                self.ruled_out = next;
            }
            index = next;
        }
        Err(self.nothing_works(short))
    }

    fn worked(&mut self, strategy: Strategy) {
        if !self.proven.contains(&strategy) {
            self.proven.push(strategy);
        }
        self.in_use = Some(strategy);
    }

    fn nothing_works(&self, short: Vec<Refusal>) -> ExecError {
        let mut refusals = self.refusals.clone();
        if short.is_empty() {
            return ExecError::Refused { refusals };
        }
        refusals.extend(short);
        ExecError::Exhausted { refusals }
    }
}

/// A strategy must work on a scratch page before it may touch pages with code.
fn prove(strategy: Strategy, proven: bool, geometry: &Geometry) -> Result<(), Refusal> {
    if proven {
        return Ok(());
    }
    system::trial(strategy, geometry.page)
}

/// How many of the strategies that follow would be refused in the same words.
fn also_refused(refusal: Refusal, following: &[Strategy]) -> usize {
    if !refusal.step.forbids_memfd() {
        return 0;
    }
    following.iter().take_while(|s| s.uses_memfd()).count()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;
    use crate::strategy::Step;

    /// As Linux tries them; the bookkeeping is the same everywhere.
    const LINUX: [Strategy; 5] = [
        Strategy::Sealed,
        Strategy::SealedReadOnly,
        Strategy::SealedFuture,
        Strategy::SealedPrivate,
        Strategy::Anonymous,
    ];

    fn refusal(strategy: Strategy, step: Step, errno: i32) -> Result<(), Refusal> {
        Err(Refusal {
            strategy,
            step,
            errno,
        })
    }

    #[test]
    fn a_refusal_is_remembered_and_not_met_again() {
        let mut installer = Installer::default();
        for _ in 0..2 {
            let used = installer.first_that_works(&LINUX, |strategy, _| match strategy {
                Strategy::Sealed => refusal(strategy, Step::MapExecutable, libc::EPERM),
                _ => Ok(()),
            });
            assert_eq!(used, Ok(Strategy::SealedReadOnly));
        }
        assert_eq!(installer.refusals().len(), 1);
    }

    #[test]
    fn without_memfds_only_one_strategy_is_asked_about_them() {
        let mut installer = Installer::default();
        let used = installer.first_that_works(&LINUX, |strategy, _| match strategy {
            Strategy::Anonymous => Ok(()),
            _ => refusal(strategy, Step::MemfdCreate, libc::EPERM),
        });
        assert_eq!(used, Ok(Strategy::Anonymous));
        assert_eq!(installer.refusals().len(), 1);
    }

    #[test]
    fn a_shortage_passes() {
        let mut installer = Installer::default();
        let used = installer.first_that_works(&LINUX, |strategy, _| match strategy {
            Strategy::Anonymous => Ok(()),
            _ => refusal(strategy, Step::MemfdCreate, libc::EMFILE),
        });
        assert_eq!(used, Ok(Strategy::Anonymous));
        assert!(installer.refusals().is_empty());
        let used = installer.first_that_works(&LINUX, |_, _| Ok(()));
        assert_eq!(used, Ok(Strategy::Sealed));
    }

    #[test]
    fn shortages_everywhere_are_told_from_refusals() {
        let mut installer = Installer::default();
        let outcome = installer.first_that_works(&LINUX, |strategy, _| {
            refusal(strategy, Step::MapExecutable, libc::ENOMEM)
        });
        assert!(matches!(outcome, Err(ExecError::Exhausted { refusals }) if refusals.len() == 5));
        for _ in 0..2 {
            let outcome = installer.first_that_works(&LINUX, |strategy, _| {
                refusal(strategy, Step::MapExecutable, libc::EACCES)
            });
            assert!(matches!(outcome, Err(ExecError::Refused { refusals }) if refusals.len() == 5));
        }
    }
}
