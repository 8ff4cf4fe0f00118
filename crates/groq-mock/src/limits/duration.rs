//! Durations as Go prints them, which is how Groq's headers have them.

use std::time::Duration;

/// `2m59.56s`, `7.66s`, `120ms`, `0s`: to the millisecond.
pub(crate) fn go_duration(duration: Duration) -> String {
    let milliseconds = duration.as_millis();
    if (1..1000).contains(&milliseconds) {
        return format!("{milliseconds}ms");
    }
    let (seconds, fraction) = (milliseconds / 1000, milliseconds % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut text = match (hours, minutes) {
        (0, 0) => format!("{seconds}"),
        (0, _) => format!("{minutes}m{seconds}"),
        _ => format!("{hours}h{minutes}m{seconds}"),
    };
    if fraction > 0 {
        text.push_str(format!(".{fraction:03}").trim_end_matches('0'));
    }
    text + "s"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_go_prints_them() {
        let table = [
            (0, "0s"),
            (1, "1ms"),
            (120, "120ms"),
            (1000, "1s"),
            (7660, "7.66s"),
            (179_560, "2m59.56s"),
            (60_000, "1m0s"),
            (3_600_000, "1h0m0s"),
            (86_400_005, "24h0m0.005s"),
        ];
        for (milliseconds, expected) in table {
            assert_eq!(go_duration(Duration::from_millis(milliseconds)), expected);
        }
    }
}
