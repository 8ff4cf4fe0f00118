//! Tables that fit the terminal.

use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Session, terminal::shown};

/// A column: its heading, its alignment, and how soon it is left out if the terminal is too narrow.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    heading: &'static str,
    to_the_right: bool,
    /// Columns with the highest rank go first; those with 0 stay.
    rank: u8,
}

pub(crate) const fn left(heading: &'static str, rank: u8) -> Column {
    Column {
        heading,
        to_the_right: false,
        rank,
    }
}

pub(crate) const fn right(heading: &'static str, rank: u8) -> Column {
    Column {
        to_the_right: true,
        ..left(heading, rank)
    }
}

/// Prints a table, or, with `--json`, a line for each item.
pub(crate) fn list<T: Serialize, const N: usize>(
    session: &Session,
    columns: [Column; N],
    items: &[T],
    cells: impl Fn(&T) -> [String; N],
) -> Result<(), Failure> {
    if session.global.json {
        return items.iter().try_for_each(|item| session.out.json(item));
    }
    print(&session.out, columns, items.iter().map(cells).collect())
}

/// Prints rows under headings; on a narrow terminal, without some of the optional columns.
pub(crate) fn print<const N: usize>(
    out: &Output,
    columns: [Column; N],
    rows: Vec<[String; N]>,
) -> Result<(), Failure> {
    let mut lines = layout(columns, rows, out.columns().unwrap_or(usize::MAX)).into_iter();
    out.styled(&out.style.bold(lines.next().unwrap_or_default()))?;
    lines.try_for_each(|line| out.line(&line))
}

/// A cell that is a dash if the value is unknown.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

const GAP: usize = 2;

/// The headings and the rows as lines.
fn layout<const N: usize>(
    columns: [Column; N],
    mut rows: Vec<[String; N]>,
    room: usize,
) -> Vec<String> {
    for cell in rows.iter_mut().flatten() {
        // A cell may quote the service: nothing in it begins another line, column or color.
        *cell = shown(&cell.replace(['\r', '\n', '\t'], " ")).into_owned();
    }
    rows.insert(0, columns.map(|column| column.heading.to_owned()));
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max();
    let mut kept: Vec<(usize, Column, usize)> = (0..N)
        .map(|at| (at, columns[at], width(at).unwrap_or_default()))
        .collect();
    while kept.iter().map(|(.., width)| width + GAP).sum::<usize>() > room.saturating_add(GAP) {
        match kept.iter().map(|(_, column, _)| column.rank).max() {
            None | Some(0) => break,
            Some(rank) => kept.retain(|(_, column, _)| column.rank != rank),
        }
    }
    let line = |row: &[String; N]| {
        let cells = kept.iter().map(|&(at, column, width)| {
            if column.to_the_right {
                format!("{:>width$}", row[at])
            } else {
                format!("{:<width$}", row[at])
            }
        });
        let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(cell: &str, room: usize) -> Vec<String> {
        let columns = [left("MODEL", 0), right("CONTEXT", 1), left("ENDS", 2)];
        let row = [cell, "131K", "2026-09-14"].map(str::to_owned);
        layout(columns, vec![row], room)
    }

    #[test]
    fn a_cell_is_one_line_and_cannot_control_a_terminal() {
        assert!(lines("a\nb\t\u{1b}[2Jc", 99)[1].starts_with("a b \\u{1b}[2Jc "));
    }

    #[test]
    fn columns_are_aligned_and_left_out_if_the_terminal_is_narrow() {
        assert_eq!(
            lines("a/b", usize::MAX),
            ["MODEL  CONTEXT  ENDS", "a/b       131K  2026-09-14"]
        );
        assert_eq!(lines("a/b", 26)[1], "a/b       131K  2026-09-14");
        assert_eq!(lines("a/b", 25)[1], "a/b       131K");
        assert_eq!(lines("a/b", 3)[1], "a/b");
    }
}
