//! `--faults`: what fails, request by request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use groq_mock::{Fault, Reply};

use crate::options;

/// The largest number of requests in a list.
const MAX_REQUESTS: usize = 100_000;

/// Faults of one request after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    steps: Arc<Vec<Step>>,
    repeat: bool,
    seen: Arc<AtomicUsize>,
}

/// The fault of one request.
#[derive(Clone, Debug, PartialEq)]
enum Step {
    NoFault,
    /// An error with this status, and perhaps a `retry-after` header.
    Status(u16, Option<Duration>),
    Fault(Fault),
    /// An error about the account, by its code.
    Account(String),
}

impl Faults {
    /// The reply for the next request, and its description.
    pub(super) fn next(&self) -> (Reply, String) {
        let mut number = self.seen.fetch_add(1, Ordering::Relaxed);
        if self.repeat {
            number %= self.steps.len().max(1);
        }
        match self.steps.get(number) {
            None | Some(Step::NoFault) => (Reply::generated(), String::new()),
            Some(Step::Status(status, wait)) => {
                let reply = Reply::error(*status, "an injected fault");
                let wait = wait.map(|wait| wait.as_secs_f64().to_string());
                let set = |reply: Reply, wait| reply.header("retry-after", wait);
                (
                    options::apply(reply, wait, set),
                    format!(": status {status}"),
                )
            }
            Some(Step::Account(code)) => {
                let reply = Reply::account_error(code).unwrap_or_else(Reply::generated);
                (reply, format!(": {code}"))
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
        if steps.len().saturating_add(times) > MAX_REQUESTS {
            return Err(format!("a list can have at most {MAX_REQUESTS} requests"));
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
    if item.is_empty() {
        return "a fault is missing; an example of a list is 503*2, ok, cut=5".to_owned();
    }
    format!("'{item}' is not a fault; 'groq mock --help' lists them")
}

fn step(text: &str) -> Option<Step> {
    let split = text.split_once('=');
    let (what, value) = split.map_or((text, None), |(what, value)| {
        (what.trim(), Some(value.trim()))
    });
    if let Ok(status) = what.parse::<u16>() {
        let wait = value.map(|value| options::duration(value).ok());
        let is_error = (400..600).contains(&status) && wait != Some(None);
        return is_error.then_some(Step::Status(status, wait.flatten()));
    }
    let count = || value?.parse::<usize>().ok();
    let time = || options::duration(value?).ok();
    let fault = match (what, value) {
        ("ok", None) => return Some(Step::NoFault),
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
            message: "an injected fault".to_owned(),
            named: true,
        },
        (code, None) => {
            Reply::account_error(code)?;
            return Some(Step::Account(code.to_owned()));
        }
        _ => return None,
    };
    Some(Step::Fault(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let faults = parse("503*2, ok, cut=5, 429=2, delay=50ms, blocked_api_access").unwrap();
        let expected = [
            Step::Status(503, None),
            Step::Status(503, None),
            Step::NoFault,
            Step::Fault(Fault::CutAfterEvents(5)),
            Step::Status(429, Some(Duration::from_secs(2))),
            Step::Fault(Fault::Delay(Duration::from_millis(50))),
            Step::Account("blocked_api_access".to_owned()),
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
