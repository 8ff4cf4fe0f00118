//! Writes tone speech down again, as well or as badly as it is told to.

use std::io::Cursor;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use groq_audio::types::{TranscriptionSegment, TranscriptionWord, VerboseTranscription};
use groq_audio::{Failure, FailureKind, PieceRequest, PieceResponse, Timestamps, Transcriber};
use symphonia::core::formats::TrackType;
use symphonia::core::io::MediaSourceStream;

use crate::speech::{RATE, Random, TONE, TONES, WORD, hertz, text};

/// How bad it is.
#[derive(Clone, Copy, Default)]
pub struct Blemishes {
    /// How far times may be off, in seconds.
    pub jitter: f64,
    /// How likely a word at an edge is wrong or missing.
    pub edge: f64,
    /// How far from an edge, in seconds.
    pub edge_zone: f64,
    /// Whether it invents a phrase in every silence of a second and more.
    pub invents: bool,
    /// How likely an answer stops in the middle.
    pub short: f64,
    /// How likely an attempt fails with 429, 503, a reset, or a body that is cut off.
    pub faults: [f64; 4],
    /// More bytes than this are too many.
    pub most_bytes: u64,
}

pub const MILD: Blemishes = Blemishes {
    jitter: 0.06,
    edge: 0.5,
    edge_zone: 0.3,
    ..CLEAN
};
pub const HARSH: Blemishes = Blemishes {
    jitter: 0.15,
    edge: 1.0,
    edge_zone: 1.0,
    ..CLEAN
};
pub const CLEAN: Blemishes = Blemishes {
    jitter: 0.0,
    edge: 0.0,
    edge_zone: 0.0,
    invents: false,
    short: 0.0,
    faults: [0.0; 4],
    most_bytes: u64::MAX,
};

#[derive(Clone)]
pub struct Recognizer {
    blemishes: Blemishes,
    shared: Arc<Shared>,
}

struct Shared {
    random: Mutex<Random>,
    calls: AtomicU32,
    asks: Mutex<Vec<PieceRequest>>,
}

impl Recognizer {
    pub fn new(blemishes: Blemishes) -> Self {
        Self {
            blemishes,
            shared: Arc::new(Shared {
                random: Mutex::new(Random(77)),
                calls: AtomicU32::new(0),
                asks: Mutex::default(),
            }),
        }
    }

    pub fn calls(&self) -> u32 {
        self.shared.calls.load(Ordering::SeqCst)
    }

    pub fn asks(&self) -> Vec<PieceRequest> {
        self.shared.asks.lock().expect("no panic").clone()
    }

    fn random(&self) -> Random {
        let mut random = self.shared.random.lock().expect("no panic");
        Random(random.next())
    }
}

impl Transcriber for Recognizer {
    async fn transcribe(&self, ask: PieceRequest) -> Result<PieceResponse, Failure> {
        self.shared.calls.fetch_add(1, Ordering::SeqCst);
        self.shared.asks.lock().expect("no panic").push(ask.clone());
        tokio::task::yield_now().await;
        let me = self.clone();
        let answer = tokio::task::spawn_blocking(move || me.answer(&ask)).await;
        answer.expect("the recognizer does not panic")
    }
}

impl Recognizer {
    fn answer(&self, ask: &PieceRequest) -> Result<PieceResponse, Failure> {
        let mut random = self.random();
        self.fail(ask, &mut random)?;
        let samples = decode(ask.audio.to_bytes().expect("readable").to_vec());
        let seconds = samples.len() as f64 / RATE as f64;
        let mut words = recognize(&samples);
        if random.share() < self.blemishes.short {
            words.truncate(words.len() / 2);
        }
        self.spoil(&mut words, seconds, &mut random);
        if self.blemishes.invents {
            invent(&mut words, &samples);
        }
        Ok(PieceResponse::new(shape(&words, seconds, ask.timestamps)))
    }

    fn fail(&self, ask: &PieceRequest, random: &mut Random) -> Result<(), Failure> {
        if ask.audio.len() > self.blemishes.most_bytes {
            return Err(Failure::from_status(413, "too large"));
        }
        let [limited, overloaded, reset, short] = self.blemishes.faults;
        let draw = random.share();
        if draw < limited {
            let wait = Some(Duration::from_millis(200));
            return Err(Failure::from_status(429, "slow down").retry_after(wait));
        }
        if draw < limited + overloaded {
            return Err(Failure::from_status(503, "overloaded"));
        }
        if draw < limited + overloaded + reset + short {
            return Err(Failure::new(FailureKind::Transient, "connection reset"));
        }
        Ok(())
    }

    fn spoil(&self, words: &mut Vec<Heard>, seconds: f64, random: &mut Random) {
        let Blemishes {
            jitter,
            edge,
            edge_zone,
            ..
        } = self.blemishes;
        words.retain_mut(|word| {
            let near = word.start < edge_zone || word.end > seconds - edge_zone;
            if near && random.share() < edge {
                if random.share() < 0.5 {
                    return false;
                }
                word.text = format!("x{}", random.below(1_000));
            }
            let shift = random.between(-jitter, jitter);
            word.start = (word.start + shift).max(0.0);
            word.end = (word.end + shift).max(word.start);
            true
        });
    }
}

#[derive(Clone, Debug)]
pub struct Heard {
    pub text: String,
    pub start: f64,
    pub end: f64,
}

pub fn decode(bytes: Vec<u8>) -> Vec<i16> {
    let stream = MediaSourceStream::new(Box::new(Cursor::new(bytes)), Default::default());
    let probe = symphonia::default::get_probe();
    let mut reader = probe
        .probe(
            &Default::default(),
            stream,
            Default::default(),
            Default::default(),
        )
        .expect("a piece is FLAC or WAV");
    let track = reader
        .default_track(TrackType::Audio)
        .expect("a track")
        .clone();
    let parameters = track.codec_params.expect("a codec");
    let parameters = parameters.audio().expect("audio");
    assert_eq!(parameters.sample_rate, Some(16_000));
    let mut decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &Default::default())
        .expect("a decoder");
    let mut samples = Vec::new();
    let mut buffer: Vec<i16> = Vec::new();
    while let Some(packet) = reader.next_packet().expect("whole") {
        let decoded = decoder.decode(&packet).expect("valid");
        decoded.copy_to_vec_interleaved(&mut buffer);
        samples.extend_from_slice(&buffer);
    }
    if let Some(frames) = track.num_frames {
        assert_eq!(frames, samples.len() as u64, "the header tells the length");
    }
    samples
}

/// Finds the bursts and names them.
pub fn recognize(samples: &[i16]) -> Vec<Heard> {
    const HOP: usize = 80;
    let loud: Vec<bool> = samples
        .chunks(HOP)
        .map(|hop| {
            let peak = hop.iter().map(|sample| sample.unsigned_abs()).max();
            peak.unwrap_or(0) > 600
        })
        .collect();
    let mut words = Vec::new();
    let mut hop = 0;
    while hop < loud.len() {
        if !loud[hop] {
            hop += 1;
            continue;
        }
        let start = hop;
        // Between two tones of a word there are a few quiet samples.
        while hop < loud.len() && (loud[hop] || loud.get(hop + 1).is_some_and(|&next| next)) {
            hop += 1;
        }
        let (from, to) = (start * HOP, (hop * HOP).min(samples.len()));
        if to - from >= TONE / 2 {
            words.push(name(samples, from, to));
        }
    }
    words
}

fn name(samples: &[i16], from: usize, to: usize) -> Heard {
    let seconds = |at: usize| at as f64 / RATE as f64;
    let whole = (to - from).abs_diff(WORD) < 400;
    let text = if whole {
        // The burst is up to a hop longer than the word on both sides.
        let first = from + (to - from).saturating_sub(WORD) / 2;
        text([0, 1, 2].map(|tone| loudest(&samples[first + tone * TONE..], TONE)))
    } else {
        format!("x{}", to - from)
    };
    Heard {
        text,
        start: seconds(from),
        end: seconds(to),
    }
}

fn loudest(samples: &[i16], length: usize) -> usize {
    let middle = &samples[length / 5..(length * 4 / 5).min(samples.len())];
    let power = |tone: usize| {
        let step = 2.0 * (std::f64::consts::TAU * hertz(tone) / RATE as f64).cos();
        let (mut a, mut b) = (0.0, 0.0);
        for &sample in middle {
            (a, b) = (step * a - b + f64::from(sample), a);
        }
        a * a + b * b - step * a * b
    };
    let powers: Vec<f64> = (0..TONES).map(power).collect();
    let best = (0..TONES).max_by(|&a, &b| powers[a].total_cmp(&powers[b]));
    best.expect("there are tones")
}

fn invent(words: &mut Vec<Heard>, samples: &[i16]) {
    let end = samples.len() as f64 / RATE as f64;
    let mut gaps = vec![];
    let mut before = 0.0;
    for word in words.iter() {
        gaps.push((before, word.start));
        before = word.end;
    }
    gaps.push((before, end));
    for (from, to) in gaps {
        if to - from < 1.0 {
            continue;
        }
        let middle = f64::midpoint(from, to);
        let phrase = ["thank", "you"]
            .iter()
            .enumerate()
            .map(|(index, text)| Heard {
                text: (*text).to_owned(),
                start: middle - 0.3 + 0.3 * index as f64,
                end: middle + 0.3 * index as f64,
            });
        words.extend(phrase);
    }
    words.sort_by(|a, b| a.start.total_cmp(&b.start));
}

/// The answer in the shape that was asked for.
fn shape(words: &[Heard], seconds: f64, times: Timestamps) -> VerboseTranscription {
    let text: Vec<&str> = words.iter().map(|word| word.text.as_str()).collect();
    let mut answer = VerboseTranscription::new(text.join(" "));
    if times == Timestamps::None {
        return answer;
    }
    answer = answer
        .with_duration(seconds)
        .with_language("english")
        .with_segments(segments(words));
    if times == Timestamps::Words {
        let words = words
            .iter()
            .map(|word| TranscriptionWord::new(word.text.clone(), word.start, word.end));
        answer = answer.with_words(words);
    }
    answer
}

fn segments(words: &[Heard]) -> Vec<TranscriptionSegment> {
    let mut segments: Vec<Vec<&Heard>> = Vec::new();
    for word in words {
        match segments.last_mut() {
            Some(segment)
                if segment.len() < 12 && word.start - segment[segment.len() - 1].end < 0.3 =>
            {
                segment.push(word);
            }
            _ => segments.push(vec![word]),
        }
    }
    segments
        .iter()
        .map(|words| {
            let text: String = words.iter().map(|word| format!(" {}", word.text)).collect();
            let (first, last) = (words[0], words[words.len() - 1]);
            TranscriptionSegment::new(first.start, last.end, format!("{text}."))
                .with_avg_logprob(-0.2)
                .with_compression_ratio(1.4)
                .with_no_speech_prob(0.01)
        })
        .collect()
}
