//! Decodes, plans and encodes a file, and tells the pieces in samples at 16 kHz: `prepare INPUT [SECONDS_A_PIECE [FOLDER]]`.

use std::ops::ControlFlow;
use std::time::Duration;

use groq_audio::{PieceOptions, PrepareOptions, Source, prepare};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let input = arguments.next().ok_or("which file?")?;
    let seconds = arguments.next().map_or(Ok(600), |text| text.parse())?;
    let folder = arguments.next();
    let plan = PieceOptions::new().max_len(Duration::from_secs(seconds));
    let mut bytes = 0;
    let mut failed = None;
    let summary = prepare(
        Source::path(input),
        &PrepareOptions::new().pieces(plan),
        |piece| {
            bytes += piece.audio.len();
            let (start, end) = (piece.piece.start, piece.piece.end);
            match piece.piece.cut {
                Some(cut) => println!("{start}..{end}, cut at {}: {:?}", cut.at, cut.kind),
                None => println!("{start}..{end}"),
            }
            if let Some(folder) = &folder {
                let name = format!("{folder}/{:04}.flac", piece.piece.index);
                let written = piece
                    .audio
                    .to_bytes()
                    .and_then(|audio| std::fs::write(name, audio));
                failed = written.err();
            }
            match failed {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        },
    )?;
    if let Some(cause) = failed {
        return Err(cause.into());
    }
    println!(
        "{} samples, {} pieces, {bytes} bytes",
        summary.samples, summary.pieces
    );
    summary.notes.iter().for_each(|note| println!("{note}"));
    Ok(())
}
