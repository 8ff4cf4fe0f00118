//! `--limits`.

use std::time::Duration;

use groq_mock::Limits;

/// `free`, `none`, or a list such as `requests=30/1m, tokens=8000/1m, audio=7200/1h`.
pub(super) fn parse(text: &str) -> Result<Limits, String> {
    match text.trim() {
        "free" => return Ok(Limits::free_plan()),
        "none" => return Ok(Limits::new()),
        _ => {}
    }
    let mut limits = Limits::new();
    for item in text.split(',') {
        let wrong = || {
            format!(
                "'{}' is no limit: write requests=30/1m, tokens=8000/1m or audio=7200/1h",
                item.trim()
            )
        };
        let (what, how_much) = item.split_once('=').ok_or_else(wrong)?;
        let (amount, per) = how_much.split_once('/').ok_or_else(wrong)?;
        let amount: u32 = amount.trim().parse().map_err(|_| wrong())?;
        let per = period(per.trim())
            .filter(|_| amount > 0)
            .ok_or_else(wrong)?;
        limits = match what.trim() {
            "requests" => limits.requests(amount, per),
            "tokens" => limits.tokens(amount, per),
            "audio" => limits.audio_seconds(amount, per),
            _ => return Err(wrong()),
        };
    }
    Ok(limits)
}

/// A time, or the unit alone: `1m`, `m`, `10s`.
fn period(text: &str) -> Option<Duration> {
    let per = super::time(text).or_else(|_| super::time(&format!("1{text}")));
    per.ok().filter(|per| !per.is_zero())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read() {
        let minute = Duration::from_secs(60);
        let expected = Limits::new()
            .requests(30, minute)
            .tokens(8_000, minute)
            .audio_seconds(7_200, 60 * minute);
        assert_eq!(
            parse("requests=30/1m, tokens=8000/m,audio=7200/1h"),
            Ok(expected)
        );
        assert_eq!(parse("free"), Ok(Limits::free_plan()));
        for wrong in [
            "",
            "requests",
            "requests=3",
            "requests=0/1m",
            "requests=3/0s",
            "calls=3/1m",
            "requests=-1/1m",
        ] {
            assert!(parse(wrong).is_err(), "{wrong}");
        }
    }
}
