//! Jobs that the operating system kills, at many moments, and that are started again.

use std::collections::HashMap;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use groq_audio::LongAudio;
use groq_core::Client;
use groq_mock::Mock;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::Command;

use crate::service::{client, short_pieces, spoken};

const URL: &str = "GROQ_AUDIO_TEST_URL";
const TALK: &str = "GROQ_AUDIO_TEST_TALK";
const JOURNAL: &str = "GROQ_AUDIO_TEST_JOURNAL";
/// What the child says at each event.
const SIGN: &str = "event: ";
const IN_FLIGHT: usize = 2;

fn job(groq: &Client, journal: &Path) -> LongAudio<Client> {
    LongAudio::new(groq)
        .pieces(short_pieces())
        .send_whole(false)
        .max_concurrency(IN_FLIGHT)
        .journal(journal)
}

/// The process that is killed: this test alone, in the test binary started once more.
#[tokio::test]
#[ignore = "only the test below starts it, with a service to talk to"]
async fn the_one_that_is_killed() {
    let Ok(url) = std::env::var(URL) else { return };
    let path = |name| std::env::var_os(name).expect("the test below sets it");
    let groq = Client::builder().api_key("gsk_test").base_url(url).build();
    let job = job(&groq.expect("a client"), Path::new(&path(JOURNAL)));
    let job = job.on_event(|event| println!("{SIGN}{event}"));
    let talk = Path::new(&path(TALK)).to_owned();
    job.transcribe(talk)
        .await
        .expect("nobody kills it this time");
}

/// Starts it, and kills it at the event with this number; says whether it got that far.
async fn killed_at(event: usize, mock: &Mock, talk: &Path, journal: &Path) -> bool {
    let name = "killed::the_one_that_is_killed";
    let mut child = Command::new(std::env::current_exe().expect("this binary"))
        .args([
            "--exact",
            name,
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(URL, mock.base_url())
        .env(TALK, talk)
        .env(JOURNAL, journal)
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .expect("it can be started again");
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let mut seen = 0;
    while let Some(line) = lines.next_line().await.expect("readable") {
        seen += usize::from(line.contains(SIGN));
        if seen > event {
            break;
        }
    }
    // The signal cannot be caught.
    child.kill().await.expect("it is ours");
    seen > event
}

/// How often each piece was sent, by how its audio begins: its length stands there.
fn sent(mock: &Mock) -> HashMap<Vec<u8>, usize> {
    let mut pieces = HashMap::new();
    for request in mock.requests() {
        let body = request.body();
        let Some(at) = body.windows(4).position(|it| it == b"fLaC") else {
            continue;
        };
        let begins = body[at..].iter().take(2_000).copied().collect();
        *pieces.entry(begins).or_default() += 1;
    }
    pieces
}

fn answers(journal: &Path) -> usize {
    let text = std::fs::read_to_string(journal).unwrap_or_default();
    let whole = text
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    whole.count().saturating_sub(1)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_that_is_killed_at_any_moment_comes_to_the_same_end() {
    let mock = Mock::builder()
        .latency(Duration::from_millis(20))
        .start()
        .await;
    let mock = mock.expect("a free port");
    let groq = client(&mock);
    let folder = tempfile::tempdir().expect("a folder");
    let talk = folder.path().join("talk.wav");
    std::fs::write(&talk, spoken(&groq).await).expect("written");
    let whole = job(&groq, &folder.path().join("whole.journal"));
    let expected = whole.transcribe(&talk).await.expect("it works");
    let count = expected.pieces().len();
    assert!(count > 4, "{count} pieces");
    let mut event = 0;
    let mut moments = 0;
    loop {
        mock.clear_requests();
        let journal = folder.path().join(format!("{event}.journal"));
        let was_killed = killed_at(event, &mock, &talk, &journal).await;
        let kept = answers(&journal);
        let transcript = job(&groq, &journal)
            .transcribe(&talk)
            .await
            .expect("it works");
        assert_eq!(transcript.text(), expected.text());
        assert_eq!(transcript.words(), expected.words());
        assert_eq!(transcript.segments(), expected.segments());
        assert_eq!(
            transcript.stats().from_journal,
            kept,
            "killed at event {event}"
        );
        let pieces = sent(&mock);
        assert_eq!(pieces.len(), count);
        assert!(pieces.values().all(|&times| times <= 2));
        let twice = pieces.values().filter(|&&times| times > 1).count();
        assert!(
            twice <= IN_FLIGHT,
            "{twice} pieces twice, killed at event {event}"
        );
        assert!(mock.requests().len() <= count + IN_FLIGHT);
        assert_eq!(transcript.stats().requests as usize, count - kept);
        moments += usize::from(was_killed);
        if !was_killed {
            break;
        }
        event += 1 + event / 4;
    }
    assert!(moments > 5, "{moments} moments");
}
