//! The progress of a campaign on a terminal.

use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use trampette_fuzz::campaign::{Campaign, Summary};

use super::text;

/// A line on stderr, where that is a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    pub(super) fn of(campaign: &Campaign, is_hidden: bool) -> Self {
        let target = if is_hidden {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let size = campaign.signatures.map(|end| campaign.shard.size(end));
        let template = match size {
            Some(_) => "{elapsed} {bar:24} {pos}/{len} signatures {msg}",
            None => "{elapsed} {spinner} {pos} signatures {msg}",
        };
        let bar = ProgressBar::with_draw_target(size, target);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("=> "));
        }
        // The first batches take their time.
        bar.set_message("(compiling the first)");
        bar.enable_steady_tick(Duration::from_millis(250));
        Self(bar)
    }

    pub(super) fn show(&self, summary: &Summary) {
        #[expect(clippy::cast_precision_loss, reason = "nobody sees so many digits")]
        let rate = summary.signatures as f64 / summary.seconds.max(0.001);
        let mismatches = text::mismatches(summary);
        let coverage = summary.coverage.percent();
        self.0.set_position(summary.signatures);
        self.0.set_message(format!(
            "({rate:.0}/s), {mismatches}, {coverage:.1}% covered"
        ));
    }

    pub(super) fn reduces(&self) {
        self.0.set_message("reducing what differs");
    }

    pub(super) fn clear(self) {
        self.0.finish_and_clear();
    }
}
