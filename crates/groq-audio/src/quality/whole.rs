//! What is suspicious only when all pieces are seen together.

use super::Severity;
use super::flag::{Flag, FlagKind};
use super::thresholds::Thresholds;
use groq_models::Catalog;

use crate::clock::seconds;
use crate::merge::{Join, JoinKind};
use crate::plan::{CutKind, Piece};

/// What is kept of each piece for this.
#[derive(Clone, Debug, Default)]
pub(crate) struct PieceFacts {
    pub(crate) words: usize,
    /// Seconds that are not quiet; none where the sound could not be looked at.
    pub(crate) loud: Option<f64>,
    /// Seconds before the first sound.
    pub(crate) lead: f64,
    pub(crate) language: Option<String>,
}

/// The flags of the recording as a whole.
pub(crate) fn check_whole(
    pieces: &[Piece],
    facts: &[PieceFacts],
    joins: &[Join],
    thresholds: &Thresholds,
) -> Vec<Flag> {
    let mut flags = Vec::new();
    sparse(pieces, facts, thresholds, &mut flags);
    languages(pieces, facts, &mut flags);
    cuts(pieces, joins, &mut flags);
    if let Some(first) = facts
        .first()
        .filter(|first| first.lead > thresholds.leading_silence)
    {
        let span = (0.0, first.lead);
        flags.push(Flag::new(FlagKind::LeadingSilence, Severity::Note, span).value(first.lead));
    }
    flags
}

/// The median of the words for each second of sound; none of fewer than three pieces.
pub(crate) fn median_rate<'a>(facts: impl Iterator<Item = &'a PieceFacts>) -> Option<f64> {
    let mut rates: Vec<f64> = facts.filter_map(rate).collect();
    rates.sort_by(f64::total_cmp);
    (rates.len() >= 3).then(|| rates[rates.len() / 2])
}

/// The words for each second of sound; none where there is too little to tell.
pub(crate) fn rate(facts: &PieceFacts) -> Option<f64> {
    let loud = facts.loud.filter(|&loud| loud >= 5.0)?;
    Some(facts.words as f64 / loud)
}

fn sparse(pieces: &[Piece], facts: &[PieceFacts], thresholds: &Thresholds, flags: &mut Vec<Flag>) {
    let Some(median) = median_rate(facts.iter()) else {
        return;
    };
    for (piece, facts) in pieces.iter().zip(facts) {
        if let Some(rate) = rate(facts).filter(|&rate| rate < thresholds.sparse * median) {
            push(flags, piece, FlagKind::Coverage, Severity::Warning, rate);
        }
    }
}

/// The language of most words, as it was first named.
pub(crate) fn usual_language(facts: &[PieceFacts]) -> Option<&str> {
    let named = || {
        facts
            .iter()
            .filter_map(|it| Some((it.language.as_deref()?, it.words)))
    };
    let words = |name: &str| -> usize {
        let same = named().filter(|(other, _)| is_same(other, name));
        same.map(|(_, words)| words.max(1)).sum()
    };
    // Of equals, the first.
    named()
        .rev()
        .max_by_key(|(name, _)| words(name))
        .map(|(name, _)| name)
}

/// A language may be given by its name or its code, in any case.
fn is_same(one: &str, other: &str) -> bool {
    let catalog = Catalog::shipped();
    let code = |name| catalog.language_code(name).unwrap_or(name).to_owned();
    code(one).eq_ignore_ascii_case(&code(other))
}

fn languages(pieces: &[Piece], facts: &[PieceFacts], flags: &mut Vec<Flag>) {
    let Some(usual) = usual_language(facts) else {
        return;
    };
    for (piece, facts) in pieces.iter().zip(facts) {
        let other = facts
            .language
            .as_deref()
            .is_some_and(|name| !is_same(name, usual));
        if facts.words > 0 && other {
            let (kind, severity) = (FlagKind::LanguageChange, Severity::Warning);
            push(flags, piece, kind, severity, 0.0);
        }
    }
}

fn cuts(pieces: &[Piece], joins: &[Join], flags: &mut Vec<Flag>) {
    for join in joins.iter().filter(|join| join.kind == JoinKind::Unaligned) {
        let span = (join.at, join.at);
        let cut = pieces.get(join.piece).and_then(|piece| piece.cut);
        // In a pause no word is near enough to the cut to be lost or doubled.
        let severity = match cut {
            Some(cut) if cut.kind == CutKind::Pause => Severity::Note,
            _ => Severity::Warning,
        };
        let mut flag = Flag::new(FlagKind::UnalignedJoin, severity, span);
        flag.piece = join.piece;
        flags.push(flag);
    }
    for piece in pieces {
        let cut = piece.cut.filter(|cut| cut.kind == CutKind::Forced);
        if let Some(cut) = cut {
            let span = (seconds(cut.at), seconds(cut.at));
            let mut flag = Flag::new(FlagKind::ForcedCut, Severity::Note, span);
            flag.piece = piece.index;
            flags.push(flag);
        }
    }
}

fn push(flags: &mut Vec<Flag>, piece: &Piece, kind: FlagKind, severity: Severity, value: f64) {
    let span = (seconds(piece.start), seconds(piece.end));
    let mut flag = Flag::new(kind, severity, span).value(value);
    flag.piece = piece.index;
    flags.push(flag);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sparse_or_foreign_piece_stands_out() {
        let pieces: Vec<Piece> = (0..4)
            .map(|index| Piece::new(index, index as u64 * 160_000, (index as u64 + 1) * 160_000))
            .collect();
        let fact = |words, language: &str| PieceFacts {
            words,
            loud: Some(8.0),
            lead: 0.0,
            language: Some(language.to_owned()),
        };
        let facts = [
            fact(20, "english"),
            fact(22, "English"),
            fact(4, "en"),
            fact(21, "welsh"),
        ];
        let flags = check_whole(&pieces, &facts, &[], &Thresholds::default());
        let found: Vec<(FlagKind, usize)> = flags.iter().map(|f| (f.kind, f.piece)).collect();
        assert_eq!(
            found,
            [(FlagKind::Coverage, 2), (FlagKind::LanguageChange, 3)]
        );
    }
}
