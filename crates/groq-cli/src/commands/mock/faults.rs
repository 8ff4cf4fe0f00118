//! `--faults`: what goes wrong, request by request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use groq_mock::{Fault, Reply};

/// How many requests a list may speak of.
const MOST: usize = 100_000;

/// A list of what happens to one request after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    steps: Arc<Vec<Step>>,
    repeat: bool,
    seen: Arc<AtomicUsize>,
}

/// What happens to one request.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    Well,
    /// An error of this status, with the time after which to come back.
    Status(u16, Option<Duration>),
    Fault(Fault),
}

impl Faults {
    /// What the next request gets, and how to call it.
    pub(super) fn next(&self) -> (Reply, String) {
        let number = self.seen.fetch_add(1, Ordering::Relaxed);
        let step = match self.repeat {
            true => self.steps.get(number % self.steps.len().max(1)),
            false => self.steps.get(number),
        };
        match step {
            None | Some(Step::Well) => (Reply::generated(), String::new()),
            Some(Step::Status(status, wait)) => {
                let reply = Reply::error(*status, "a fault to order");
                let reply = match wait {
                    Some(wait) => reply.header("retry-after", wait.as_secs_f64().to_string()),
                    None => reply,
                };
                (reply, format!(": status {status}"))
            }
            Some(Step::Fault(fault)) => {
                let what = format!("{fault:?}");
                let what = what.split(['(', ' ']).next().unwrap_or_default();
                (Reply::generated().fault(fault.clone()), format!(": {what}"))
            }
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Faults, String> {
    let mut faults = Faults::default();
    let mut steps = Vec::new();
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    for (index, item) in items.iter().enumerate() {
        if *item == "repeat" && index > 0 && index == items.len() - 1 {
            faults.repeat = true;
            break;
        }
        let (what, times) = match item.split_once('*') {
            Some((what, times)) => (what.trim(), count(times).ok_or_else(|| wrong(item))?),
            None => (*item, 1),
        };
        if steps.len().saturating_add(times) > MOST {
            return Err(format!("a list may speak of {MOST} requests"));
        }
        let step = step(what).ok_or_else(|| wrong(item))?;
        steps.extend(std::iter::repeat_n(step, times));
    }
    faults.steps = Arc::new(steps);
    Ok(faults)
}

fn count(times: &str) -> Option<usize> {
    times.trim().parse().ok().filter(|times| *times > 0)
}

fn wrong(item: &str) -> String {
    match item.is_empty() {
        true => "a fault is missing: write them as in 503*2, ok, cut=5".to_owned(),
        false => format!("'{item}' is no fault: see 'groq mock --help'"),
    }
}

fn step(text: &str) -> Option<Step> {
    let (what, value) = match text.split_once('=') {
        Some((what, value)) => (what.trim(), Some(value.trim())),
        None => (text, None),
    };
    if let Ok(status) = what.parse::<u16>() {
        let wait = value.map(|value| super::time(value).ok());
        let is_error = (400..600).contains(&status) && wait != Some(None);
        return is_error.then_some(Step::Status(status, wait.flatten()));
    }
    let count = || value?.parse::<usize>().ok();
    let time = || super::time(value?).ok();
    let fault = match (what, value) {
        ("ok", None) => return Some(Step::Well),
        ("reset", None) => Fault::Reset,
        ("close", None) => Fault::Close,
        ("delay", _) => Fault::Delay(time()?),
        ("slow", _) => Fault::Pieces {
            size: 16,
            pause: time()?,
        },
        ("cut", _) => Fault::CutAfterEvents(count()?),
        ("abort", _) => Fault::AbortAfterEvents(count()?),
        ("stall", _) => Fault::StallAfterEvents {
            events: count()?,
            pause: Duration::MAX,
        },
        ("garble", _) => Fault::Garble(count()?),
        ("error", _) => Fault::ErrorEvent {
            events: count()?,
            message: "a fault to order".to_owned(),
            named: true,
        },
        _ => return None,
    };
    Some(Step::Fault(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let faults = parse("503*2, ok, cut=5, 429=2, delay=50ms").unwrap();
        let expected = [
            Step::Status(503, None),
            Step::Status(503, None),
            Step::Well,
            Step::Fault(Fault::CutAfterEvents(5)),
            Step::Status(429, Some(Duration::from_secs(2))),
            Step::Fault(Fault::Delay(Duration::from_millis(50))),
        ];
        assert_eq!(*faults.steps, expected);
        assert!(!faults.repeat && parse("ok*9, reset, repeat").unwrap().repeat);
    }

    #[test]
    fn what_is_no_fault_is_refused() {
        for wrong in [
            "",
            "200",
            "600",
            "cut",
            "cut=x",
            "503=x",
            "ok=1",
            "ok*",
            "ok*0",
            "503*-1",
            "ok,,ok",
            "delay=",
            "repeat",
            "repeat, ok",
            "ok*1000000",
            "boom",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_list_ends_or_begins_again() {
        let told = |text: &str| {
            let faults = parse(text).unwrap();
            (0..4).map(|_| faults.next().1).collect::<Vec<_>>()
        };
        assert_eq!(told("503, reset"), [": status 503", ": Reset", "", ""]);
        assert_eq!(
            told("503, ok, repeat"),
            [": status 503", "", ": status 503", ""]
        );
    }
}
