//! `--faults`: what fails, request by request.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use groq_mock::{Fault, Reply};

use crate::options::{self, apply};

/// The largest number of requests in a list.
const MAX_REQUESTS: usize = 100_000;

/// Faults of one request after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Faults {
    /// Each reply, and the item of the list that it is of.
    replies: Arc<Vec<(Reply, String)>>,
    repeat: bool,
    seen: Arc<AtomicUsize>,
}

impl Faults {
    /// The reply for the next request, and its description.
    pub(super) fn next(&self) -> (Reply, String) {
        let mut number = self.seen.fetch_add(1, Ordering::Relaxed);
        if self.repeat {
            number %= self.replies.len().max(1);
        }
        match self.replies.get(number) {
            Some((reply, item)) if item != "ok" => (reply.clone(), format!(": {item}")),
            _ => (Reply::generated(), String::new()),
        }
    }
}

pub(super) fn parse(text: &str) -> Result<Faults, String> {
    let mut faults = Faults::default();
    let mut replies = Vec::new();
    let items: Vec<&str> = text.split(',').map(str::trim).collect();
    for (index, item) in items.iter().enumerate() {
        if *item == "repeat" && index > 0 && index == items.len() - 1 {
            faults.repeat = true;
            break;
        }
        let (what, times) = item.split_once('*').unwrap_or((item, "1"));
        let times = times.trim().parse().ok().filter(|times| *times > 0);
        let (Some(reply), Some(times)) = (reply(what.trim()), times) else {
            return Err(match *item {
                "" => "a fault is missing; an example of a list is 503*2, ok, cut=5".to_owned(),
                item => format!("'{item}' is not a fault; 'groq mock --help' lists them"),
            });
        };
        if replies.len().saturating_add(times) > MAX_REQUESTS {
            return Err(format!("a list can have at most {MAX_REQUESTS} requests"));
        }
        replies.extend(std::iter::repeat_n((reply, what.trim().to_owned()), times));
    }
    faults.replies = Arc::new(replies);
    Ok(faults)
}

fn reply(text: &str) -> Option<Reply> {
    let split = text
        .split_once('=')
        .map(|(what, value)| (what.trim(), value.trim()));
    let (what, value) = split.map_or((text, None), |(what, value)| (what, Some(value)));
    let message = "an injected fault";
    if let Ok(status) = what.parse::<u16>() {
        let wait = value.map(options::duration).transpose().ok()?;
        let wait = wait.map(|wait| wait.as_secs_f64().to_string());
        let reply = (400..600)
            .contains(&status)
            .then(|| Reply::error(status, message))?;
        return Some(apply(reply, wait, |reply, wait| {
            reply.header("retry-after", wait)
        }));
    }
    let count = || value?.parse::<usize>().ok();
    let time = || options::duration(value?).ok();
    let fault = match (what, value) {
        ("ok", None) => return Some(Reply::generated()),
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
            message: message.to_owned(),
            named: true,
        },
        (code, None) => return Reply::account_error(code),
        _ => return None,
    };
    Some(Reply::generated().fault(fault))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_read() {
        let faults = parse("503*2, ok, cut=5, 429=2, delay=50ms, blocked_api_access").unwrap();
        let expected = [
            (Reply::error(503, ""), "503"),
            (Reply::error(503, ""), "503"),
            (Reply::generated(), "ok"),
            (Reply::generated().fault(Fault::CutAfterEvents(5)), "cut=5"),
            (Reply::error(429, "").header("retry-after", "2"), "429=2"),
            (
                Reply::generated().fault(Fault::Delay(Duration::from_millis(50))),
                "delay=50ms",
            ),
            (
                Reply::account_error("blocked_api_access").unwrap(),
                "blocked_api_access",
            ),
        ];
        let expected = expected.map(|(reply, item)| (reply, item.to_owned()));
        assert_eq!(format!("{:?}", faults.replies), format!("{expected:?}"));
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
        let descriptions = |text: &str| {
            let faults = parse(text).unwrap();
            (0..4).map(|_| faults.next().1).collect::<Vec<_>>()
        };
        assert_eq!(descriptions("503, reset"), [": 503", ": reset", "", ""]);
        assert_eq!(descriptions("503, ok, repeat"), [": 503", "", ": 503", ""]);
    }
}
