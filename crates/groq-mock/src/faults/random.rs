//! Things that go wrong by chance.

use std::error::Error;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::Fault;
use crate::random::Random;
use crate::reply::Reply;

/// The time that a slow answer takes to begin.
const SLOW: Duration = Duration::from_secs(1);
/// Events that come before a stream breaks off or stalls.
const EVENTS: usize = 3;
/// Bytes of a body that come before it breaks off.
const BYTES: usize = 20;

/// How often answers go wrong, by name: for [`Builder::faults`](crate::Builder::faults).
///
/// It reads a list such as `503=0.1,reset=0.05`: of a hundred answers about ten are errors of status 503, and about
/// five never come. Which ones depends on [`Builder::seed`](crate::Builder::seed) and on the requests alone.
///
/// | Name | What happens |
/// | --- | --- |
/// | a status from 400 to 599 | an error with this status; 429 has a `retry-after` of one second |
/// | `reset` | the connection is reset, and there is no answer |
/// | `cut` | the answer breaks off after its first bytes |
/// | `cut-stream` | a stream breaks off after three events; another answer comes whole |
/// | `stall` | a stream stops after three events until the client gives up; another answer comes whole |
/// | `slow` | the answer begins a second later |
///
/// ```
/// # #[tokio::main] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mock = groq_mock::Mock::builder().faults("503=0.1,reset=0.05".parse()?).start().await?;
/// # drop(mock); Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RandomFaults {
    rates: Vec<(Kind, f64)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Status(u16),
    Reset,
    Cut,
    CutStream,
    Stall,
    Slow,
}

/// A list of faults that cannot be read: its text says which part, and what it could be.
///
/// ```
/// let error = "503=lots".parse::<groq_mock::RandomFaults>().unwrap_err();
/// assert!(error.to_string().contains("503=lots"));
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct FaultsError {
    message: String,
}

impl RandomFaults {
    /// What goes wrong with an answer, if something does.
    pub(crate) fn pick(&self, random: impl FnOnce() -> Random) -> Option<Reply> {
        if self.rates.is_empty() {
            return None;
        }
        let mut place = random().unit();
        let hit = self.rates.iter().find(|(_, rate)| {
            place -= rate;
            place < 0.0
        });
        hit.map(|(kind, _)| kind.reply())
    }
}

impl Kind {
    fn named(name: &str) -> Option<Self> {
        Some(match name {
            "reset" => Self::Reset,
            "cut" => Self::Cut,
            "cut-stream" => Self::CutStream,
            "stall" => Self::Stall,
            "slow" => Self::Slow,
            status => {
                let status = status.parse().ok()?;
                Self::Status(Some(status).filter(|status| (400..600).contains(status))?)
            }
        })
    }

    fn reply(self) -> Reply {
        let generated = Reply::generated();
        match self {
            Self::Status(429) => Reply::error(429, "Rate limit reached. Please try again in 1s.")
                .with_header("retry-after", "1"),
            Self::Status(status) => {
                Reply::error(status, "This error came by chance, as the mock was told.")
            }
            Self::Reset => generated.with_fault(Fault::Reset),
            Self::Cut => generated.with_fault(Fault::AbortAfterBytes(BYTES)),
            Self::CutStream => generated.with_fault(Fault::AbortAfterEvents(EVENTS)),
            Self::Stall => generated.with_fault(Fault::StallAfterEvents {
                events: EVENTS,
                pause: Duration::MAX,
            }),
            Self::Slow => generated.with_delay(SLOW),
        }
    }
}

impl FromStr for RandomFaults {
    type Err = FaultsError;

    fn from_str(text: &str) -> Result<Self, FaultsError> {
        let parts = text
            .split(',')
            .map(str::trim)
            .filter(|part| !part.is_empty());
        let rates = parts.map(rate).collect::<Result<Vec<_>, _>>()?;
        let sum: f64 = rates.iter().map(|(_, rate)| rate).sum();
        if sum > 1.0 + 1e-9 {
            let message = format!("the rates of the faults add up to {sum}, which is more than 1");
            return Err(FaultsError { message });
        }
        Ok(Self { rates })
    }
}

fn rate(part: &str) -> Result<(Kind, f64), FaultsError> {
    let read = || {
        let (name, rate) = part.split_once('=')?;
        let rate = rate
            .trim()
            .parse()
            .ok()
            .filter(|rate| (0.0..=1.0).contains(rate))?;
        Some((Kind::named(name.trim())?, rate))
    };
    read().ok_or_else(|| FaultsError {
        message: format!(
            "`{part}` is no fault with a rate: it has the form NAME=RATE, with a rate from 0 to 1 and a name of a status \
             from 400 to 599, reset, cut, cut-stream, stall or slow"
        ),
    })
}

impl fmt::Display for FaultsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for FaultsError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let faults: RandomFaults = " 503=0.1, reset=0.05,".parse().unwrap();
        assert_eq!(
            faults.rates,
            [(Kind::Status(503), 0.1), (Kind::Reset, 0.05)]
        );
        assert_eq!("".parse(), Ok(RandomFaults::default()));
        for bad in [
            "503",
            "503=",
            "503=2",
            "503=-1",
            "503=NaN",
            "200=0.1",
            "600=0.1",
            "boom=0.1",
            "500=0.6,502=0.6",
        ] {
            assert!(bad.parse::<RandomFaults>().is_err(), "{bad}");
        }
    }

    #[test]
    fn as_often_as_told() {
        let faults: RandomFaults = "503=0.25,slow=0.25".parse().unwrap();
        let hit = |seed| faults.pick(|| Random::new(seed)).is_some();
        let hits = (0..4_000).filter(|seed| hit(*seed)).count();
        assert!((1_800..2_200).contains(&hits), "{hits}");
        let always: RandomFaults = "503=1".parse().unwrap();
        assert!((0..100).all(|seed| always.pick(|| Random::new(seed)).is_some()));
        assert!(RandomFaults::default().pick(|| Random::new(7)).is_none());
    }
}
