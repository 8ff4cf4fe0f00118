//! Tables that fit the terminal.

use crate::{failure::Failure, output::Output, terminal::shown};

/// A column: its heading, its alignment, and how soon it is left out if the terminal is too narrow.
pub(crate) struct Column {
    heading: &'static str,
    to_the_right: bool,
    /// Columns with the highest rank go first; those with 0 stay.
    rank: u8,
}

impl Column {
    pub(crate) fn left(heading: &'static str) -> Self {
        Self {
            heading,
            to_the_right: false,
            rank: 0,
        }
    }

    pub(crate) fn right(heading: &'static str) -> Self {
        Self {
            to_the_right: true,
            ..Self::left(heading)
        }
    }

    /// Lets the column be left out, before those with a lower rank.
    pub(crate) fn optional(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }
}

/// Prints rows under headings; on a narrow terminal, without some of the optional columns.
pub(crate) fn print(out: &Output, columns: &[Column], rows: &[Vec<String>]) -> Result<(), Failure> {
    let mut lines = layout(columns, rows, out.columns().unwrap_or(usize::MAX)).into_iter();
    out.styled(&out.style().bold(lines.next().unwrap_or_default()))?;
    lines.try_for_each(|line| out.line(&line))
}

/// A cell that is a dash if the value is unknown.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

const GAP: usize = 2;

/// The headings and the rows as lines.
fn layout(columns: &[Column], rows: &[Vec<String>], room: usize) -> Vec<String> {
    let headings = columns.iter().map(|column| column.heading.to_owned());
    // A cell may quote the service: nothing in it begins another line, column or color.
    let cell = |text: &String| shown(&text.replace(['\r', '\n', '\t'], " ")).into_owned();
    let rows = rows.iter().map(|row| row.iter().map(cell).collect());
    let rows: Vec<Vec<String>> = std::iter::once(headings.collect()).chain(rows).collect();
    let width = |at: usize| rows.iter().map(|row| row[at].chars().count()).max();
    let widths: Vec<usize> = (0..columns.len())
        .map(|at| width(at).unwrap_or(0))
        .collect();
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    while kept.iter().map(|at| widths[*at] + GAP).sum::<usize>() > room.saturating_add(GAP) {
        let first = kept.iter().copied().max_by_key(|at| columns[*at].rank);
        match first {
            Some(at) if columns[at].rank > 0 => kept.retain(|other| *other != at),
            _ => break,
        }
    }
    let line = |row: &Vec<String>| {
        let cells = kept.iter().map(|at| {
            let (cell, width) = (&row[*at], widths[*at]);
            if columns[*at].to_the_right {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
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
        let columns = [
            Column::left("MODEL"),
            Column::right("CONTEXT").optional(1),
            Column::left("ENDS").optional(2),
        ];
        let row = [cell, "131K", "2026-09-14"].map(str::to_owned);
        layout(&columns, &[row.to_vec()], room)
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
