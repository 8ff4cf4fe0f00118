//! Files that end too early or lack something in the middle, whether they say how long they are or not: errors where that is
//! asked for, else what there is of them, and it is told.

use std::time::Duration;

use groq_audio::{
    Error, FlagKind, Incomplete, LongAudio, PrepareOptions, Quality, Source, Storage,
};

use crate::recognizer::{CLEAN, Recognizer};

use crate::sound::{Heard, fixture, heard, heard_by, prepared};
use crate::speech::{Manner, Talk};

/// What a file gives that is read from a file, and from a pipe.
fn both(bytes: &[u8]) -> [Result<Heard, Error>; 2] {
    let piped = Source::reader(std::io::Cursor::new(bytes.to_vec()));
    [heard(bytes.to_vec()), heard(piped)]
}

fn assert_refused(what: &str, bytes: &[u8]) {
    for outcome in both(bytes) {
        let error = outcome.err().unwrap_or_else(|| panic!("{what}: heard"));
        assert!(error.is_corrupt(), "{what}: {error:?}");
    }
}

/// Either it is refused, or what is missing became silence, and that is told.
fn assert_told(what: &str, bytes: &[u8], whole: usize) {
    for outcome in both(bytes) {
        match outcome {
            Err(error) => assert!(error.is_corrupt(), "{what}: {error:?}"),
            Ok(heard) => {
                let missing = whole as isize - heard.samples.len() as isize;
                assert!(missing <= 160, "{what}: {missing} samples are missing");
                assert!(!heard.notes.is_empty(), "{what}: nothing is told");
            }
        }
    }
}

/// The places at which frames begin, and the length of the file; `length` tells the length of a frame.
fn frames(bytes: &[u8], length: impl Fn(&[u8]) -> usize) -> Vec<usize> {
    let mut places = vec![0];
    let mut at = 0;
    while at < bytes.len() {
        at += length(&bytes[at..]);
        places.push(at);
    }
    assert_eq!(at, bytes.len(), "the fixture is whole");
    places
}

fn adts(frame: &[u8]) -> usize {
    usize::from(frame[3] & 3) << 11 | usize::from(frame[4]) << 3 | usize::from(frame[5] >> 5)
}

/// Of MPEG 2, layers 2 and 3.
fn mpeg(frame: &[u8]) -> usize {
    const RATES: [usize; 11] = [0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96];
    assert_eq!((frame[0], frame[1] >> 3), (0xFF, 0x1E), "MPEG 2");
    let hertz = [22_050, 24_000, 16_000][usize::from(frame[2] >> 2 & 3)];
    let factor = if frame[1] >> 1 & 3 == 2 {
        144_000
    } else {
        72_000
    };
    factor * RATES[usize::from(frame[2] >> 4)] / hertz + usize::from(frame[2] >> 1 & 1)
}

/// Files of nothing but frames, and where these begin.
fn streams() -> Vec<(&'static str, Vec<u8>, Vec<usize>)> {
    let tagged = fixture("tones.mp3");
    let first = tagged.windows(4).position(|bytes| bytes == b"Info");
    let start = tagged
        .iter()
        .position(|&byte| byte == 0xFF)
        .expect("a frame");
    assert!(first.is_some_and(|first| first > start));
    // Its first frame is all that tells how long it is.
    let mp3 = tagged[start + mpeg(&tagged[start..])..].to_vec();
    let (aac, mp2) = (fixture("tones.aac"), fixture("tones.mp2"));
    let places = [frames(&aac, adts), frames(&mp2, mpeg), frames(&mp3, mpeg)];
    let names = ["tones.aac", "tones.mp2", "tones.mp3"];
    let files = names.into_iter().zip([aac, mp2, mp3]).zip(places);
    files
        .map(|((name, bytes), places)| (name, bytes, places))
        .collect()
}

#[test]
fn a_stream_of_frames_ends_with_one() {
    for (name, bytes, places) in streams() {
        let middle = places[places.len() / 2];
        for end in (middle..bytes.len())
            .step_by(11)
            .filter(|end| !places.contains(end))
        {
            assert_refused(&format!("{name} to {end}"), &bytes[..end]);
        }
        assert!(heard(bytes).expect("whole").notes.is_empty());
    }
}

#[test]
fn a_stream_of_frames_has_nothing_else_between_them() {
    for (name, bytes, places) in streams() {
        let count = places.len();
        for (from, to) in [(1, 6), (count / 3, count / 2), (count - 8, count - 1)] {
            let stretch = places[from]..places[to];
            for fill in [0, 0x11, 0xFF] {
                let mut damaged = bytes.clone();
                damaged[stretch.clone()].fill(fill);
                // Zeros at the end are padding, as far as anyone can tell.
                if fill == 0 && to == count - 1 {
                    continue;
                }
                assert_refused(&format!("{name} {stretch:?} of {fill:#x}"), &damaged);
            }
        }
    }
}

/// A FLAC that was written to a pipe, and where its frames begin.
fn flac(seconds: usize) -> (Vec<u8>, Vec<usize>) {
    let pcm = Talk::new(seconds, Manner::Pauses, 8).pcm();
    let mut file = prepared(Source::bytes(crate::speech::wav(&pcm, 16_000, 1)));
    // The number of samples has 36 bits.
    file[21] &= 0xF0;
    file[22..26].fill(0);
    let sync = &file[42..46].to_vec();
    assert_eq!(sync[..2], [0xFF, 0xF8]);
    let mut frames: Vec<usize> = (42..file.len() - 4)
        .filter(|&at| file[at..at + 3] == sync[..3])
        .collect();
    // The last one is shorter, and has another header.
    frames.push(file.len());
    assert!(frames.len() > 12);
    (file, frames)
}

#[test]
fn a_flac_without_a_length_ends_with_a_frame() {
    let (file, frames) = flac(6);
    let whole = heard(file.clone()).expect("whole");
    assert_eq!((whole.samples.len(), whole.notes.len()), (96_000, 0));
    let middle = frames[frames.len() / 2];
    for end in (middle..file.len())
        .step_by(37)
        .filter(|end| !frames.contains(end))
    {
        assert_refused(&format!("to {end}"), &file[..end]);
    }
    for end in [1, 2, 3].map(|by| file.len() - by) {
        assert_refused(&format!("to {end}"), &file[..end]);
    }
}

#[test]
fn a_frame_that_is_missing_in_a_flac_is_told() {
    let (file, frames) = flac(6);
    let whole = heard(file.clone()).expect("whole").samples.len();
    // Nothing tells of a last frame that is not there at all.
    for pair in frames[..frames.len() - 1].windows(2) {
        let without = [&file[..pair[0]], &file[pair[1]..]].concat();
        assert_told(&format!("without {pair:?}"), &without, whole);
        let mut damaged = file.clone();
        damaged[pair[0] + 20..pair[0] + 24].fill(0x77);
        assert_told(&format!("damaged at {pair:?}"), &damaged, whole);
    }
}

#[tokio::test]
async fn what_became_silence_is_flagged() {
    let (file, frames) = flac(40);
    let without = [&file[..frames[50]], &file[frames[51]..]].concat();
    let service = Recognizer::new(CLEAN);
    for whole in [false, true] {
        let job = LongAudio::new(&service).send_whole(whole);
        let transcript = job.transcribe(without.clone()).await.expect("most of it");
        let flags = transcript.flags().iter();
        let damaged = flags.filter(|flag| flag.kind == FlagKind::Damaged);
        let seconds: Vec<f64> = damaged.map(|flag| flag.value).collect();
        assert!(matches!(seconds[..], [value] if (value - 0.256).abs() < 0.01));
        assert_eq!(transcript.quality(), Quality::Suspicious);
    }
}

/// The places at which pages begin.
fn pages(ogg: &[u8]) -> Vec<usize> {
    frames(ogg, |page| {
        let segments = usize::from(page[26]);
        let lengths = page[27..27 + segments].iter();
        27 + segments + lengths.map(|&it| usize::from(it)).sum::<usize>()
    })
}

fn oggs() -> impl Iterator<Item = &'static str> {
    let names = ["tones.ogg", "tones.opus", "surround.opus"];
    names
        .into_iter()
        .filter(|name| cfg!(feature = "opus") || *name == "tones.ogg")
}

#[test]
fn an_ogg_ends_with_its_last_page() {
    for name in oggs() {
        let ogg = fixture(name);
        let places = pages(&ogg);
        let cuts = (places[2]..ogg.len())
            .step_by(61)
            .chain(places[1..].to_vec());
        for end in cuts.filter(|&end| end < ogg.len()) {
            assert_refused(&format!("{name} to {end}"), &ogg[..end]);
        }
    }
}

#[test]
fn a_page_that_is_missing_in_an_ogg_is_told() {
    for name in oggs() {
        let ogg = fixture(name);
        let whole = heard(ogg.clone()).expect("whole").samples.len();
        for pair in pages(&ogg).windows(2) {
            let without = [&ogg[..pair[0]], &ogg[pair[1]..]].concat();
            assert_told(&format!("{name} without {pair:?}"), &without, whole);
            for at in [5, 20, 30, 40].map(|at| pair[0] + at) {
                let mut damaged = ogg.clone();
                damaged[at] ^= 0x40;
                assert_told(&format!("{name} damaged at {at}"), &damaged, whole);
            }
        }
    }
}

#[test]
fn each_part_of_a_chained_ogg_ends_with_its_last_page() {
    for name in oggs() {
        let ogg = fixture(name);
        let places = pages(&ogg);
        let last = places[places.len() - 2];
        assert_refused(name, &[&ogg[..last], &ogg].concat());
        assert_refused(name, &[&ogg, &ogg[..last]].concat());
        assert_refused(name, &[&ogg, &ogg[..places[1]]].concat());
    }
}

#[test]
fn a_fragmented_mp4_has_all_of_its_fragments() {
    let file = fixture("fragmented.mp4");
    let boxes = frames(&file, |bytes| {
        u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]) as usize
    });
    // After the type and the index come a header and its samples, time after time, and then another index.
    let (first, last) = (boxes[2], boxes[boxes.len() - 2]);
    for end in (first + 1..last)
        .filter(|end| !boxes.contains(end))
        .step_by(7)
    {
        assert_refused(&format!("to {end}"), &file[..end]);
    }
    for end in [boxes[4], boxes[6], boxes[8]] {
        for outcome in both(&file[..end]) {
            let notes = outcome.expect("whole fragments").notes;
            assert!(notes.iter().any(|note| note.contains("may be cut off")));
        }
    }
    let without = [&file[..boxes[4]], &file[boxes[6]..]].concat();
    assert_refused("without a fragment", &without);
}

#[test]
fn a_live_webm_ends_with_a_block() {
    let names = ["vorbis.webm", "tones.webm"];
    let here = names
        .into_iter()
        .filter(|name| cfg!(feature = "opus") || *name != "tones.webm");
    for name in here {
        let mut file = fixture(name);
        let segment = [0x18, 0x53, 0x80, 0x67];
        let at = file.windows(4).position(|bytes| bytes == segment);
        let at = at.expect("a segment") + 4;
        assert_eq!(file[at], 1, "a size of eight bytes");
        file[at + 1..at + 8].fill(0xFF);
        assert!(heard(file.clone()).is_ok(), "{name}");
        let (mut whole, mut cut) = (0, 0);
        for end in (file.len() / 2..file.len()).step_by(5) {
            match heard(file[..end].to_vec()) {
                Ok(heard) => {
                    whole += 1;
                    let told = |note: &String| note.contains("may be cut off");
                    assert!(heard.notes.iter().any(told), "{name} to {end}");
                }
                Err(error) => {
                    cut += 1;
                    assert!(error.is_corrupt(), "{name} to {end}: {error:?}");
                }
            }
        }
        assert!(whole < 30 && cut > 400, "{name}: {whole} of {cut}");
    }
}

/// Files of every container, whole.
fn whole_files() -> Vec<(&'static str, Vec<u8>)> {
    let names = [
        "alac.m4a",
        "film.mp4",
        "fragmented.mp4",
        "tones.aac",
        "tones.m4a",
        "tones.mp2",
        "tones.mp3",
        "tones.ogg",
        "vorbis.webm",
    ];
    let mut files: Vec<_> = names.map(|name| (name, fixture(name))).into();
    if cfg!(feature = "opus") {
        let opus = ["surround.opus", "tones.opus", "tones.webm"];
        files.extend(opus.map(|name| (name, fixture(name))));
    }
    let wav = crate::speech::wav(&Talk::new(4, Manner::Pauses, 5).pcm(), 16_000, 1);
    files.push(("talk.flac", prepared(Source::bytes(wav.clone()))));
    files.push(("talk.wav", wav));
    files
}

#[test]
fn what_there_is_of_a_file_is_heard_and_the_rest_is_told() {
    let options = PrepareOptions::new()
        .storage(Storage::Memory)
        .pad(Duration::ZERO)
        .ffmpeg(false);
    for (name, bytes) in whole_files() {
        let whole = heard(bytes.clone()).expect("whole").samples;
        let ends = [1, 2, 5, 100].map(|less| bytes.len() - less);
        for end in ends.into_iter().chain([bytes.len() * 2 / 3]) {
            let cut = bytes[..end].to_vec();
            let piped = Source::reader(std::io::Cursor::new(cut.clone()));
            for source in [cut.into(), piped] {
                let heard = match heard_by(source, &options) {
                    Ok(heard) => heard,
                    // Without its index, nothing in it can be found.
                    Err(error) if name.ends_with("m4a") || name == "film.mp4" => {
                        assert!(error.to_string().contains("index"), "{name}: {error:?}");
                        continue;
                    }
                    // Of a short file, two thirds may be its header.
                    Err(error) if end + 100 < bytes.len() => {
                        assert!(error.to_string().contains("header"), "{name}: {error:?}");
                        continue;
                    }
                    Err(error) => panic!("{name} to {end}: {error:?}"),
                };
                assert!(!heard.samples.is_empty(), "{name} to {end}");
                let told = heard.notes.iter().any(|note| {
                    note.contains("the recording is incomplete") || note.contains("may be cut off")
                });
                let is_all = heard.samples.len() + 1_600 >= whole.len();
                assert!(told || is_all, "{name} to {end}: {:?}", heard.notes);
                let same = heard.samples.iter().zip(&whole);
                let apart = same.filter(|(a, b)| (i32::from(**a) - i32::from(**b)).abs() > 200);
                assert!(apart.count() < 4_000, "{name} to {end}");
            }
        }
    }
}

#[tokio::test]
async fn what_is_missing_is_flagged_or_refused() {
    let wav = crate::speech::wav(&Talk::new(40, Manner::Pauses, 8).pcm(), 16_000, 1);
    let cut = wav[..wav.len() - 10 * 32_000].to_vec();
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service).incomplete(Incomplete::Refuse);
    let error = job.transcribe(cut.clone()).await.expect_err("refused");
    assert!(error.is_short(), "{error:?}");
    assert_eq!(service.calls(), 0);
    let transcript = LongAudio::new(&service).transcribe(cut).await;
    let transcript = transcript.expect("30 s of it");
    let mut flags = transcript.flags().iter();
    let flag = flags.find(|flag| flag.kind == FlagKind::Incomplete);
    let flag = flag.expect("it is told");
    assert!(
        (flag.start - 30.0).abs() < 0.1 && (flag.value - 10.0).abs() < 0.1,
        "{flag:?}"
    );
    assert_eq!(transcript.quality(), Quality::Suspicious);
    assert!(transcript.words().len() > 30);
}

/// The clock is that of the file: what begins later in it is heard later.
#[test]
fn sound_that_begins_late_is_late() {
    let webm = fixture("vorbis.webm");
    let whole = heard(webm.clone()).expect("whole").samples;
    let at = webm.windows(3).position(|bytes| bytes == [0xE7, 0x81, 0]);
    let mut late = webm;
    late[at.expect("the time of the first cluster") + 2] = 200;
    let late = heard(late).expect("whole").samples;
    assert!(late[..3_000].iter().all(|&sample| sample == 0));
    assert_eq!(late[3_400..8_000], whole[200..4_800]);
}
