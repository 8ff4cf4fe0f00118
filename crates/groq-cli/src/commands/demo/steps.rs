//! The steps of the tour. Each returns its result for `--json`.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use groq_audio::{Event, LongAudio, PlanOptions, Speak, subtitles};
use groq_core::batch::CompletionWindow;
use groq_core::{
    Client,
    batch::Phase,
    types::{ChatCompletionRequest, Message},
};
use groq_json::{GroqJson as _, JsonSchema, Tool};
use serde::Deserialize;
use serde_json::{Value, json};

use super::screen::Screen;
use crate::{
    defaults::{chat_model, speech_model, transcription_model, voice},
    failure::Failure,
    units,
};

const QUESTION: &str =
    "In three sentences, why do fast language models change what software can do?";

pub(super) async fn chat(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    screen.question(QUESTION)?;
    let request = ChatCompletionRequest::new(chat_model(), [Message::user(QUESTION)]);
    let begun = Instant::now();
    let mut first = None;
    let mut stream = client.chat().stream(request).await?;
    let mut text = stream.text();
    while let Some(piece) = text.next().await {
        first.get_or_insert_with(|| begun.elapsed());
        screen.piece(&piece?)?;
    }
    screen.line("")?;
    let first = first.unwrap_or_default();
    let usage = stream.usage();
    let tokens = usage.map_or(0, |usage| usage.completion_tokens);
    let rate = usage
        .and_then(groq_core::types::CompletionUsage::tokens_per_second)
        .unwrap_or_default();
    screen.figures(&format!(
        "{tokens} tokens, the first after {}, {rate:.0} tokens/s",
        units::duration(first)
    ))?;
    Ok(json!({"tokens": tokens, "first_token_seconds": first.as_secs_f64()}))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "groq_json::schemars")]
#[expect(dead_code, reason = "it is shown by its Debug")]
struct Meeting {
    title: String,
    attendees: Vec<String>,
    #[schemars(range(min = 5, max = 480))]
    minutes: u32,
    online: bool,
}

pub(super) async fn typed(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    let question = "For the calendar: title=Review, minutes=45, online=true, with Ada and Grace.";
    screen.question(question)?;
    let answer = client
        .extract::<Meeting>()
        .model(chat_model())
        .user(question)
        .await?;
    for line in format!("{:#?}", answer.value).lines() {
        screen.line(line)?;
    }
    let mode = answer
        .attempts
        .last()
        .map(|attempt| attempt.mode.to_string())
        .unwrap_or_default();
    screen.figures(&format!(
        "a struct, by {mode}; parsed, validated, {} attempt",
        answer.attempts.len()
    ))?;
    Ok(json!({"attempts": answer.attempts.len(), "mode": mode}))
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(crate = "groq_json::schemars")]
struct Numbers {
    a: i64,
    b: i64,
}

pub(super) async fn tool(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    let question = "Use multiply: what is a=127 times b=49?";
    screen.question(question)?;
    let multiply = Tool::new(
        "multiply",
        "Multiplies two whole numbers",
        |numbers: Numbers| async move { numbers.a.checked_mul(numbers.b).ok_or("too large") },
    );
    let ran = client
        .tools([multiply])
        .model(chat_model())
        .user(question)
        .max_steps(4)
        .await?;
    let style = screen.style();
    let mut calls = 0;
    for message in &ran.messages {
        match message {
            Message::Assistant(message) => {
                for call in message.tool_calls.iter().flatten() {
                    calls += 1;
                    let (name, arguments) = (&call.function.name, &call.function.arguments);
                    screen.styled(&format!(
                        "  {} {}",
                        style.bold(name),
                        style.accent(arguments)
                    ))?;
                }
            }
            Message::Tool(message) => {
                let result = serde_json::to_value(&message.content).unwrap_or_default();
                let result = result.as_str().unwrap_or_default();
                screen.styled(&format!(
                    "  {} {}",
                    style.dim("returns"),
                    style.accent(result)
                ))?;
            }
            _ => {}
        }
    }
    screen.line("")?;
    screen.line(&ran.text)?;
    screen.figures(&format!(
        "{calls} call of a Rust closure, with typed and validated arguments"
    ))?;
    Ok(json!({"calls": calls, "steps": ran.steps.len()}))
}

const SPEECH: &str = "Good evening, and welcome. Tonight we talk about time. \
    A second is a long time for a machine, and a short one for a person. \
    Whoever waits for an answer stops thinking of the question. \
    That is why speed is not a luxury: it decides what we dare to ask.\n\n\
    When the first computers answered overnight, people asked one question a day. \
    When they answered within an hour, people asked eight. \
    When they answered at once, people began to talk to them, and never stopped. \
    Every step made something possible that nobody had planned. \
    So let us not ask what faster answers cost, but what slow ones have cost us so far. Thank you.";

pub(super) async fn audio(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    let words = SPEECH.split_whitespace().count();
    screen.question(&format!(
        "A speech of {words} words, spoken, and then as subtitles"
    ))?;
    let spoken = speak(screen, client).await?;
    let kilobytes = spoken.bytes.len() / 1_000;
    let transcript = transcribe(screen, client, spoken.bytes).await?;
    let heard = transcript
        .text()
        .split_whitespace()
        .eq(SPEECH.split_whitespace());
    let cues = groq_audio::Cues::default().lay_out(&transcript);
    for line in subtitles::srt(&cues[..cues.len().min(2)])
        .trim_end()
        .lines()
    {
        screen.line(line)?;
    }
    screen.line(&format!("\n... and {} more", cues.len().saturating_sub(2)))?;
    screen.figures(&format!(
        "spoken in {} pieces, {} of sound, {kilobytes} kB",
        spoken.pieces,
        units::duration(Duration::from_secs_f64(transcript.seconds())),
    ))?;
    let stats = transcript.stats();
    let same = if heard {
        "every word is back, once"
    } else {
        "some words differ"
    };
    screen.styled(&format!(
        "{} {}",
        screen.style().good("✓"),
        screen.style().dim(format!(
            "transcribed in {} overlapping pieces, {} joins: {same}",
            stats.pieces,
            transcript.seams().len()
        ))
    ))?;
    Ok(json!({
        "seconds": transcript.seconds(), "words": words, "pieces": stats.pieces, "cues": cues.len(), "same_words": heard,
    }))
}

struct Spoken {
    bytes: Vec<u8>,
    pieces: usize,
}

async fn speak(screen: &Screen<'_>, client: &Client) -> Result<Spoken, Failure> {
    let pieces = groq_audio::speak::split(SPEECH, 200).len();
    let bar = screen.bar("speaking");
    bar.set_length(pieces as u64);
    let reader = Speak::new(client)
        .model(speech_model())
        .voice(voice())
        .pause(Duration::from_millis(600));
    let bytes = reader.say(SPEECH).await?.to_vec();
    Ok(Spoken { bytes, pieces })
}

async fn transcribe(
    screen: &Screen<'_>,
    client: &Client,
    wav: Vec<u8>,
) -> Result<groq_audio::Transcript, Failure> {
    let bar = Arc::new(screen.bar("transcribing"));
    let shown = Arc::clone(&bar);
    let audio = LongAudio::new(client)
        .model(transcription_model())
        .pieces(PlanOptions::new().max_len(Duration::from_secs(15)))
        .on_event(move |event| match event {
            Event::Planned { .. } => shown.inc_length(1),
            Event::Done { .. } => shown.inc(1),
            _ => {}
        });
    let transcript = audio.transcribe(wav).await?;
    bar.finish_and_clear();
    Ok(transcript)
}

const COUNTRIES: [&str; 8] = [
    "Chad", "Peru", "Laos", "Mali", "Cuba", "Oman", "Fiji", "Togo",
];

pub(super) async fn batch(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    screen.question(&format!(
        "The capitals of {} countries, as one file of requests",
        COUNTRIES.len()
    ))?;
    let failed = |error: std::io::Error| Failure::internal(format!("make a folder: {error}"));
    let folder = tempfile::tempdir().map_err(failed)?;
    let mut writer = client
        .batches()
        .write::<ChatCompletionRequest>(folder.path().join("capitals"))?;
    for country in COUNTRIES {
        let question = Message::user(format!(
            "In one sentence, what is the capital of {country}?"
        ));
        writer.push(
            country,
            &ChatCompletionRequest::new(chat_model(), [question]),
        )?;
    }
    let bar = Arc::new(screen.bar("running"));
    bar.set_length(COUNTRIES.len() as u64);
    let shown = Arc::clone(&bar);
    let mut job = writer
        .finish(CompletionWindow::DAY)?
        .poll_interval(Duration::from_millis(200), Duration::from_millis(400))
        .on_progress(move |progress| {
            if progress.phase != Phase::Starting {
                shown.set_position(progress.completed + progress.failed);
            }
        });
    let results = job.run().await?;
    bar.finish_and_clear();
    let mut items = results.collect::<Result<Vec<_>, _>>()?;
    // The service answers in whatever order it likes.
    items.sort_by_key(|item| COUNTRIES.iter().position(|country| *country == item.id));
    let (mut good, all) = (0, items.len());
    for item in items {
        let text = match &item.outcome {
            Ok(completion) => {
                good += 1;
                completion.text().unwrap_or_default().to_owned()
            }
            Err(error) => error.to_string(),
        };
        let text: String = text.chars().take(66).collect();
        let text = crate::terminal::shown(&text);
        screen.styled(&format!("  {}  {text}…", screen.style().bold(&item.id)))?;
    }
    screen.figures(&format!(
        "{good} of {all} answered, by their ids; the state was on the disk all the time"
    ))?;
    Ok(json!({"items": all, "answered": good}))
}
