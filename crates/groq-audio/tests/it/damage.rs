//! Files that are cut off, damaged, or no audio: typed errors, never a short transcript, in bounded memory.

use std::process::Command;

use crate::sound::{fixture, heard};
use crate::speech::{Manner, Random, Talk, wav};

const FIXTURES: [&str; 12] = [
    "alac.m4a",
    "film.mp4",
    "fragmented.mp4",
    "surround.opus",
    "tones.aac",
    "tones.m4a",
    "tones.mp2",
    "tones.mp3",
    "tones.ogg",
    "tones.opus",
    "tones.webm",
    "vorbis.webm",
];

/// Nothing in these says how long they are, so they may end after any frame or fragment: where else is told in `cut.rs`.
const LENGTHLESS: [&str; 3] = ["fragmented.mp4", "tones.aac", "tones.mp2"];
/// So little may be left of a file that it is nothing that is known: less than two frames of MP2.
const TOO_LITTLE: usize = 600;

fn files() -> Vec<(&'static str, Vec<u8>)> {
    let fixtures = FIXTURES
        .iter()
        .filter(|name| cfg!(feature = "opus") || !is_opus(name));
    let mut files: Vec<_> = fixtures.map(|&name| (name, fixture(name))).collect();
    files.push((
        "talk.wav",
        wav(&Talk::new(4, Manner::Pauses, 5).pcm(), 16_000, 1),
    ));
    files
}

fn is_opus(name: &str) -> bool {
    ["surround.opus", "tones.opus", "tones.webm"].contains(&name)
}

#[test]
fn a_file_that_is_cut_off_is_an_error_or_whole() {
    for (name, bytes) in files() {
        let whole = heard(bytes.clone()).expect("a whole file").samples.len();
        for part in 0..50 {
            let cut = bytes[..bytes.len() * part / 50].to_vec();
            let is_little = cut.len() < TOO_LITTLE;
            match heard(cut) {
                Err(error) => assert!(
                    error.is_corrupt() || error.is_unsupported() && is_little,
                    "{name} {part}: {error:?}"
                ),
                Ok(_) if LENGTHLESS.contains(&name) => {}
                Ok(heard) => assert!(
                    heard.samples.len() + 1_600 > whole,
                    "{name} {part}: {} of {whole}",
                    heard.samples.len()
                ),
            }
        }
    }
}

#[test]
fn a_damaged_file_is_heard_or_refused() {
    let mut random = Random(9);
    for (name, bytes) in files() {
        for _ in 0..60 {
            let mut damaged = bytes.clone();
            for _ in 0..=random.below(8) {
                let at = random.below(damaged.len());
                damaged[at] ^= 1 << random.below(8);
            }
            if let Err(error) = heard(damaged) {
                let known = error.is_corrupt() || error.is_unsupported();
                assert!(known, "{name}: {error:?}");
            }
        }
    }
}

#[test]
fn what_is_no_audio_is_named_so() {
    let utf_16: Vec<u8> = "\u{feff}just text"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    let page = "<!doctype html><title>404</title><p>not found</p>".repeat(500);
    let others: [(&str, &[u8]); 11] = [
        ("one byte", b"\xFF"),
        ("text", b"hello, I am no audio at all"),
        ("UTF-16", &utf_16),
        ("HTML", page.as_bytes()),
        ("JSON", br#"{"error":{"message":"not found"}}"#),
        (
            "PDF",
            b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n1 0 obj\n<<>>\nendobj\n",
        ),
        ("ZIP", b"PK\x03\x04\x14\0\0\0\x08\0\0\0!\0\0\0\0\0"),
        ("gzip", b"\x1F\x8B\x08\0\0\0\0\0\0\x03"),
        ("PNG", b"\x89PNG\r\n\x1A\n\0\0\0\rIHDR"),
        ("ones", &[0xFF; 9_000]),
        ("zeros", &[0; 9_000]),
    ];
    for (name, bytes) in others {
        let error = heard(bytes.to_vec()).expect_err(name);
        assert!(error.is_unsupported(), "{name}: {error:?}");
    }
    let mut noise = Random(1);
    for _ in 0..50 {
        let bytes: Vec<u8> = (0..5_000).map(|_| noise.next() as u8).collect();
        assert!(heard(bytes).expect_err("noise").is_unsupported());
    }
    assert!(heard(Vec::new()).expect_err("nothing").is_corrupt());
    let tag = b"ID3\x04\0\0\0\0\0\x02xx".to_vec();
    assert!(heard(tag).expect_err("only a tag").is_corrupt());
}

#[test]
fn what_is_known_but_not_here_is_named() {
    let named: [(&[u8], &str); 5] = [
        (b"\0\0\x01\xBA\x44\0\x04\0", "MPEG program stream"),
        (b"#!AMR\n\x3C", "AMR"),
        (b"\x30\x26\xB2\x75\x8E\x66", "WMA"),
        (b"RIFF\0\0\0\0AVI LIST", "AVI"),
        (b"wvpk\0\0\0\0", "WavPack"),
    ];
    for (bytes, name) in named {
        let error = heard(bytes.to_vec()).expect_err(name);
        assert!(
            error.is_unsupported() && error.to_string().contains(name),
            "{error}"
        );
    }
}

/// Sizes that are not true, in every place of every header.
fn lies() {
    for (name, bytes) in files() {
        for at in (0..bytes.len().min(480)).step_by(4) {
            for lie in [
                &[0xFF; 4][..],
                &[0x7F, 0xFF, 0xFF, 0xFF],
                &[0xFF; 8],
                &[0; 4],
            ] {
                let mut lying = bytes.clone();
                let end = (at + lie.len()).min(lying.len());
                lying[at..end].copy_from_slice(&lie[..end - at]);
                if let Err(error) = heard(lying) {
                    let known = error.is_corrupt() || error.is_unsupported();
                    assert!(known, "{name} {at}: {error:?}");
                }
            }
        }
    }
}

/// Run by the test below, in a process whose memory is limited.
#[test]
#[ignore = "run by headers_that_lie_cost_no_memory"]
fn headers_that_lie() {
    lies();
}

#[cfg(target_os = "linux")]
#[test]
fn headers_that_lie_cost_no_memory() {
    let program = std::env::current_exe().expect("this test");
    let child = Command::new("sh")
        .args(["-c", r#"ulimit -v 400000 && exec "$0" --exact damage::headers_that_lie --ignored --test-threads 1"#])
        .arg(program)
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&child.stdout);
    assert!(
        child.status.success() && said.contains("1 passed"),
        "{said}"
    );
}
