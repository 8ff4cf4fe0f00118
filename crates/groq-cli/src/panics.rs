//! A panic becomes one message that can be reported.

use std::{
    backtrace::{Backtrace, BacktraceStatus},
    panic::{self, AssertUnwindSafe, PanicHookInfo},
    sync::Mutex,
};

use crate::failure::{Failure, Status};

/// What the last panic of any thread said.
static LAST: Mutex<Option<String>> = Mutex::new(None);

/// Runs `work`; a panic of this or another thread that ends it is a failure of its own.
pub(crate) fn caught(work: impl FnOnce() -> Result<(), Failure>) -> Result<(), Failure> {
    panic::set_hook(Box::new(record));
    // Nothing of the work is looked at afterwards.
    let outcome = panic::catch_unwind(AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(Failure::internal("a panic without a message")));
    outcome.map_err(|failure| {
        let last = LAST.lock().ok().and_then(|mut last| last.take());
        match last {
            Some(report) if failure.status() == Status::Internal => Failure::internal(report),
            _ => failure,
        }
    })
}

fn record(info: &PanicHookInfo<'_>) {
    let payload = info.payload();
    let text = payload.downcast_ref::<&str>().copied();
    let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
    let message = text.unwrap_or("no message");
    let place = info.location().map(ToString::to_string);
    let report = format!(
        "internal error at {}: {message}; this is a bug in groq {} ({} {}): please report this line together \
         with the command you ran; RUST_BACKTRACE=1 prints a backtrace",
        place.as_deref().unwrap_or("an unknown place"),
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    if let Ok(mut last) = LAST.lock() {
        *last = Some(report);
    }
    let trace = Backtrace::capture();
    if trace.status() == BacktraceStatus::Captured {
        eprintln!("{trace}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_reported_with_its_place_and_the_version() {
        let here = caught(|| panic!("boom")).unwrap_err();
        let elsewhere = caught(|| {
            let thread = std::thread::spawn(|| panic!("boom"));
            thread.join().map_err(|_| Failure::internal("a thread"))
        })
        .unwrap_err();
        let other = caught(|| {
            let _ = panic::catch_unwind(|| panic!("handled"));
            Err(Failure::usage("another reason"))
        })
        .unwrap_err();
        let _ = panic::take_hook();
        for failure in [here, elsewhere] {
            assert_eq!(failure.status(), Status::Internal);
            let text = failure.to_string();
            for part in [
                "panics.rs:",
                ": boom;",
                env!("CARGO_PKG_VERSION"),
                "please report",
            ] {
                assert!(text.contains(part), "{part}: {text}");
            }
        }
        assert_eq!(other.to_string(), "another reason");
    }
}
