//! Tables that fit the terminal.

use serde::Serialize;

use crate::{failure::Failure, output::Output, session::Session, terminal::shown};

/// A column: its heading, its alignment, its cells, and how soon it is left out if the terminal is too narrow.
pub(crate) struct Column<T> {
    heading: &'static str,
    to_the_right: bool,
    /// Columns with the highest rank go first; those with 0 stay.
    rank: u8,
    cell: fn(&T) -> String,
}

impl<T> Column<T> {
    pub(crate) fn left(heading: &'static str, cell: fn(&T) -> String) -> Self {
        Self {
            heading,
            to_the_right: false,
            rank: 0,
            cell,
        }
    }

    pub(crate) fn right(heading: &'static str, cell: fn(&T) -> String) -> Self {
        Self {
            to_the_right: true,
            ..Self::left(heading, cell)
        }
    }

    /// Lets the column be left out, before those with a lower rank.
    pub(crate) fn optional(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// A cell may quote the service: nothing in it begins another line, column or color.
    pub(crate) fn cell(&self, item: &T) -> String {
        shown(&(self.cell)(item).replace(['\r', '\n', '\t'], " ")).into_owned()
    }
}

/// Prints a table, or, with `--json`, a line for each item.
pub(crate) fn list<T: Serialize>(
    session: &Session,
    columns: &[Column<T>],
    items: &[T],
) -> Result<(), Failure> {
    if session.global.json {
        return items.iter().try_for_each(|item| session.out.json(item));
    }
    print(&session.out, columns, items)
}

/// Prints a row for each item under headings; on a narrow terminal, without some of the optional columns.
pub(crate) fn print<T>(out: &Output, columns: &[Column<T>], items: &[T]) -> Result<(), Failure> {
    let mut lines = layout(columns, items, out.columns().unwrap_or(usize::MAX)).into_iter();
    out.styled(&out.style.bold(lines.next().unwrap_or_default()))?;
    lines.try_for_each(|line| out.line(&line))
}

/// A cell that is a dash if the value is unknown.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

const GAP: usize = 2;

/// The headings and the rows as lines.
fn layout<T>(columns: &[Column<T>], items: &[T], room: usize) -> Vec<String> {
    // Each column with its width and its lines.
    let laid_out = |column| {
        let column: &Column<T> = column;
        let cells = items.iter().map(|item| column.cell(item));
        let cells: Vec<String> = std::iter::once(column.heading.to_owned())
            .chain(cells)
            .collect();
        let width = cells.iter().map(|cell| cell.chars().count()).max();
        (column, width.unwrap_or(0), cells)
    };
    let mut kept: Vec<_> = columns.iter().map(laid_out).collect();
    while kept.iter().map(|(_, width, _)| width + GAP).sum::<usize>() > room.saturating_add(GAP) {
        let Some(rank) = kept
            .iter()
            .map(|(column, ..)| column.rank)
            .max()
            .filter(|rank| *rank > 0)
        else {
            break;
        };
        kept.retain(|(column, ..)| column.rank != rank);
    }
    let line = |row: usize| {
        let cells = kept.iter().map(|(column, width, cells)| {
            let cell = &cells[row];
            if column.to_the_right {
                format!("{cell:>width$}")
            } else {
                format!("{cell:<width$}")
            }
        });
        let line = cells.collect::<Vec<_>>().join(&" ".repeat(GAP));
        line.trim_end().to_owned()
    };
    (0..=items.len()).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(cell: &str, room: usize) -> Vec<String> {
        let columns = [
            Column::left("MODEL", |cell: &&str| (*cell).to_owned()),
            Column::right("CONTEXT", |_| "131K".to_owned()).optional(1),
            Column::left("ENDS", |_| "2026-09-14".to_owned()).optional(2),
        ];
        layout(&columns, &[cell], room)
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
