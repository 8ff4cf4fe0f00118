//! The steps of the tour. Each returns its result for `--json`.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use groq_audio::{LongAudio, PieceOptions, Speak, TranscribeEvent, subtitles};
use groq_core::models::DefaultModel;
use groq_core::{
    Client,
    batch::CompletionWindow,
    types::{ChatCompletionRequest, Message},
};
use groq_json::{GroqJson as _, JsonSchema, Tool};
use serde::Deserialize;
use serde_json::{Value, json};

use super::screen::Screen;
use crate::{defaults, failure::Failure, files, terminal::shown, units};

const QUESTION: &str =
    "In three sentences, why do fast language models change what software can do?";

pub(super) async fn chat(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    screen.question(QUESTION)?;
    let request =
        ChatCompletionRequest::new(defaults::of(DefaultModel::Chat), [Message::user(QUESTION)]);
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
    let rate = usage.and_then(groq_core::types::CompletionUsage::tokens_per_second);
    screen.figures(&format!(
        "{tokens} tokens, the first after {}, {:.0} tokens/s",
        units::duration(first),
        rate.unwrap_or_default()
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
        .model(defaults::of(DefaultModel::Chat))
        .user(question)
        .await?;
    screen.line(&format!("{:#?}", answer.value))?;
    let mode = answer.attempts.last().map(|last| last.mode.to_string());
    let (mode, attempts) = (mode.unwrap_or_default(), answer.attempts.len());
    screen.figures(&format!(
        "a struct, by {mode}; parsed, validated, {attempts} attempt"
    ))?;
    Ok(json!({"attempts": attempts, "mode": mode}))
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
        .model(defaults::of(DefaultModel::Chat))
        .user(question)
        .max_steps(4)
        .await?;
    let style = screen.style;
    for message in &ran.messages {
        if let Message::Assistant(message) = message {
            for call in message.tool_calls.iter().flatten() {
                let (name, arguments) = (&call.function.name, &call.function.arguments);
                screen.styled(&format!(
                    "  {} {}",
                    style.bold(name),
                    style.accent(arguments)
                ))?;
            }
        }
    }
    screen.line("")?;
    screen.line(&ran.text)?;
    let calls: usize = ran.steps.iter().map(|step| step.calls.len()).sum();
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
    let speak = Speak::new(client)
        .model(defaults::of(DefaultModel::Speech))
        .voice(defaults::of(DefaultModel::Voice))
        .pause(Duration::from_millis(600));
    let wav = speak.say(SPEECH).await?.to_vec();
    let kilobytes = wav.len() / 1_000;
    let bar = screen.bar("transcribing", 0);
    let audio = LongAudio::new(client)
        .model(defaults::of(DefaultModel::Transcription))
        .pieces(PieceOptions::new().max_len(Duration::from_secs(15)))
        .on_event(move |event| match event {
            TranscribeEvent::Planned { .. } => bar.inc_length(1),
            TranscribeEvent::Done { .. } => bar.inc(1),
            _ => {}
        });
    let transcript = Box::pin(audio.transcribe(wav)).await?;
    drop(audio);
    let text = transcript.text();
    let is_same = text.split_whitespace().eq(SPEECH.split_whitespace());
    let cues = subtitles::Cues::default().lay_out(&transcript);
    let first = subtitles::srt(&cues[..cues.len().min(2)]);
    screen.line(&format!(
        "{}\n\n... and {} more",
        first.trim_end(),
        cues.len().saturating_sub(2)
    ))?;
    let length = units::duration(Duration::from_secs_f64(transcript.seconds()));
    let (pieces, joins) = (transcript.stats().pieces, transcript.joins().len());
    let same = if is_same {
        "every word is back, once"
    } else {
        "some words differ"
    };
    screen.figures(&format!(
        "{length} of sound, {kilobytes} kB; {pieces} overlapping pieces, {joins} joins: {same}"
    ))?;
    Ok(json!({
        "seconds": transcript.seconds(), "words": words, "pieces": pieces, "cues": cues.len(), "same_words": is_same,
    }))
}

/// What is asked for, by the ids of the requests.
const GREETINGS: [(&str, &str); 8] = [
    ("Czech", "Dobrý den"),
    ("Dutch", "Goedendag"),
    ("French", "Bonjour"),
    ("German", "Guten Tag"),
    ("Italian", "Buongiorno"),
    ("Polish", "Dzień dobry"),
    ("Spanish", "Buenos días"),
    ("Turkish", "İyi günler"),
];

pub(super) async fn batch(screen: &Screen<'_>, client: &Client) -> Result<Value, Failure> {
    let all = GREETINGS.len();
    screen.question(&format!(
        "A greeting in {all} languages, as one file of requests"
    ))?;
    let folder = files::scratch()?;
    let path = folder.path().join("greetings");
    let mut writer = client.batches().write::<ChatCompletionRequest>(path)?;
    for (language, greeting) in GREETINGS {
        let question = Message::user(format!("Reply with exactly: {greeting}"));
        let model = defaults::of(DefaultModel::Chat);
        writer.push(language, &ChatCompletionRequest::new(model, [question]))?;
    }
    let bar = screen.bar("running", all);
    let mut job = writer
        .finish(CompletionWindow::DAY)?
        .poll_interval(Duration::from_millis(200), Duration::from_millis(400))
        .on_progress(move |progress| bar.set_position(progress.completed + progress.failed));
    // Results come in any order; they are found by their ids.
    let mut texts = HashMap::new();
    for item in job.run().await? {
        let item = item?;
        let reply = item.outcome.ok();
        let text = reply.and_then(|reply| Some(reply.text()?.to_owned()));
        texts.insert(item.id, text.unwrap_or_default());
    }
    drop(job);
    let mut right = 0;
    for (language, greeting) in GREETINGS {
        let text = texts.remove(language).unwrap_or_default();
        right += usize::from(text.trim() == greeting);
        let language = screen.style.bold(format!("{language:<8}"));
        screen.styled(&format!("  {language}  {}", shown(&text)))?;
    }
    screen.figures(&format!("{right} of {all} as expected, found by their ids"))?;
    Ok(json!({"items": all, "answered": right}))
}
