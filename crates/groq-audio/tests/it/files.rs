//! Files that are sent as they are, and files that are damaged.

use groq_audio::{FlagKind, Incomplete, LongAudio, Quality, Source};

use crate::recognizer::{Blemishes, CLEAN, Recognizer};
use crate::score::texts;
use crate::speech::{Manner, Talk, wav};

fn talk() -> Talk {
    Talk::new(20, Manner::Pauses, 31)
}

#[tokio::test]
async fn a_short_file_is_sent_as_it_is_and_checked() {
    let service = Recognizer::new(CLEAN);
    let talk = talk();
    let file = wav(&talk.pcm(), 16_000, 1);
    let transcript = LongAudio::new(&service)
        .transcribe(file.clone())
        .await
        .expect("it works");
    assert_eq!(texts(&transcript), talk.texts());
    assert_eq!(
        transcript.quality(),
        Quality::Clean,
        "{:?}",
        transcript.flags()
    );
    let asks = service.asks();
    assert_eq!(asks.len(), 1);
    assert_eq!(asks[0].audio.to_bytes().expect("readable"), file);
    assert_eq!(asks[0].audio.file_name(), "audio.wav");
}

#[tokio::test]
async fn a_file_that_is_too_large_after_all_is_cut() {
    let service = Recognizer::new(Blemishes {
        most_bytes: 300_000,
        ..CLEAN
    });
    let talk = talk();
    let file = wav(&talk.pcm(), 16_000, 1);
    let transcript = LongAudio::new(&service)
        .transcribe(file)
        .await
        .expect("it works");
    assert_eq!(texts(&transcript), talk.texts());
}

#[tokio::test]
async fn an_address_is_passed_on_and_unchecked() {
    #[derive(Clone)]
    struct Fetching;
    impl groq_audio::Transcriber for Fetching {
        async fn transcribe(
            &self,
            ask: groq_audio::PieceRequest,
        ) -> Result<groq_audio::PieceResponse, groq_audio::Failure> {
            assert_eq!(ask.audio.url(), Some("https://example.com/talk.mp3"));
            let heard = groq_audio::types::VerboseTranscription::new("hello").with_duration(3.0);
            Ok(groq_audio::PieceResponse::new(heard))
        }
    }
    let source = Source::url("https://example.com/talk.mp3");
    let transcript = LongAudio::new(&Fetching)
        .transcribe(source)
        .await
        .expect("it works");
    assert_eq!(transcript.quality(), Quality::Unchecked);
    assert!(
        transcript
            .flags()
            .iter()
            .any(|flag| flag.kind == FlagKind::Unchecked)
    );
    assert!((transcript.seconds() - 3.0).abs() < 1e-3);
}

#[tokio::test]
async fn damaged_files_are_typed_errors() {
    let service = Recognizer::new(CLEAN);
    let job = LongAudio::new(&service)
        .ffmpeg(false)
        .send_whole(false)
        .incomplete(Incomplete::Refuse);
    let whole = wav(&talk().pcm(), 16_000, 1);
    let failed = async |bytes: Vec<u8>| job.transcribe(bytes).await.expect_err("damaged");
    assert!(failed(Vec::new()).await.is_corrupt());
    assert!(
        failed(b"hello, I am no audio at all".to_vec())
            .await
            .is_unsupported()
    );
    assert!(failed(whole[..30].to_vec()).await.is_corrupt());
    assert!(failed(whole[..44].to_vec()).await.is_corrupt());
    assert!(failed(whole[..whole.len() / 2].to_vec()).await.is_short());
    assert!(
        failed(vec![0, 0, 1, 0xBA, 0x44, 0, 4])
            .await
            .is_unsupported()
    );
    let missing = job
        .transcribe("/nowhere/talk.mp3")
        .await
        .expect_err("no file");
    assert!(missing.is_io());
    assert_eq!(service.calls(), 0);
}

#[tokio::test]
async fn channels_that_cancel_are_heard() {
    let service = Recognizer::new(CLEAN);
    let talk = talk();
    let stereo: Vec<i16> = talk
        .pcm()
        .iter()
        .flat_map(|&sample| [sample, -sample])
        .collect();
    let job = LongAudio::new(&service).send_whole(false);
    let transcript = job
        .transcribe(wav(&stereo, 16_000, 2))
        .await
        .expect("it works");
    assert_eq!(texts(&transcript), talk.texts());
}

#[tokio::test]
async fn a_wav_from_a_pipe_has_no_length() {
    let service = Recognizer::new(CLEAN);
    let talk = talk();
    let mut file = wav(&talk.pcm(), 16_000, 1);
    file[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    file[40..44].copy_from_slice(&u32::MAX.to_le_bytes());
    let source = Source::reader(std::io::Cursor::new(file));
    let transcript = LongAudio::new(&service)
        .transcribe(source)
        .await
        .expect("it works");
    assert_eq!(texts(&transcript), talk.texts());
}
