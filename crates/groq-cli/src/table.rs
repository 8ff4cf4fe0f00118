//! Tables that fit the terminal.

use crate::{failure::Failure, output::Output, terminal::shown};

/// A column: its heading, how it is aligned, and how soon it is left out where there is no room.
pub(crate) struct Column {
    heading: &'static str,
    align: Align,
    /// Columns with the highest number go first; those with 0 stay.
    dispensable: u8,
}

#[derive(Clone, Copy, PartialEq)]
enum Align {
    Left,
    Right,
}

impl Column {
    pub(crate) fn left(heading: &'static str) -> Self {
        Self {
            heading,
            align: Align::Left,
            dispensable: 0,
        }
    }

    pub(crate) fn right(heading: &'static str) -> Self {
        Self {
            align: Align::Right,
            ..Self::left(heading)
        }
    }

    /// Leaves the column out where there is no room, before those with a lower number.
    pub(crate) fn dispensable(mut self, rank: u8) -> Self {
        self.dispensable = rank;
        self
    }
}

/// Prints rows under headings; on a terminal that is too narrow, without the columns that can be spared.
pub(crate) fn print(out: &Output, columns: &[Column], rows: &[Vec<String>]) -> Result<(), Failure> {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.iter().map(|cell| in_one_cell(cell)).collect())
        .collect();
    let widths = widths(columns, &rows);
    let kept = kept(columns, &widths, out.columns());
    let heading = columns
        .iter()
        .map(|column| column.heading.to_owned())
        .collect::<Vec<_>>();
    out.styled(&out.style().bold(line(columns, &widths, &kept, &heading)))?;
    rows.iter()
        .try_for_each(|row| out.line(&line(columns, &widths, &kept, row)))
}

/// A cell in which nothing begins another line, column or colour: it may quote the service.
fn in_one_cell(text: &str) -> String {
    shown(&text.replace(['\r', '\n', '\t'], " ")).into_owned()
}

/// What a cell shows: a dash where nothing is known.
pub(crate) fn or_dash(value: Option<impl ToString>) -> String {
    value.map_or_else(|| "-".to_owned(), |value| value.to_string())
}

const GAP: usize = 2;

fn widths(columns: &[Column], rows: &[Vec<String>]) -> Vec<usize> {
    let width = |(index, column): (usize, &Column)| {
        let cells = rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(|cell| cell.chars().count());
        cells.max().unwrap_or(0).max(column.heading.len())
    };
    columns.iter().enumerate().map(width).collect()
}

/// Which columns there is room for.
fn kept(columns: &[Column], widths: &[usize], room: Option<usize>) -> Vec<usize> {
    let mut kept: Vec<usize> = (0..columns.len()).collect();
    let Some(room) = room else { return kept };
    let total = |kept: &[usize]| {
        kept.iter()
            .map(|index| widths[*index] + GAP)
            .sum::<usize>()
            .saturating_sub(GAP)
    };
    while total(&kept) > room {
        let spared = kept
            .iter()
            .copied()
            .max_by_key(|index| columns[*index].dispensable);
        match spared {
            Some(index) if columns[index].dispensable > 0 => kept.retain(|other| *other != index),
            _ => break,
        }
    }
    kept
}

fn line(columns: &[Column], widths: &[usize], kept: &[usize], cells: &[String]) -> String {
    let cell = |index: &usize| {
        let (cell, width) = (cells.get(*index).map_or("", String::as_str), widths[*index]);
        match columns[*index].align {
            Align::Left => format!("{cell:<width$}"),
            Align::Right => format!("{cell:>width$}"),
        }
    };
    let line = kept
        .iter()
        .map(cell)
        .collect::<Vec<_>>()
        .join(&" ".repeat(GAP));
    line.trim_end().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(room: Option<usize>) -> Vec<String> {
        let columns = [
            Column::left("MODEL"),
            Column::right("CONTEXT").dispensable(1),
            Column::left("ENDS").dispensable(2),
        ];
        let rows = [vec![
            "a/b".to_owned(),
            "131K".to_owned(),
            "2026-09-14".to_owned(),
        ]];
        let widths = widths(&columns, &rows);
        let kept = kept(&columns, &widths, room);
        rows.iter()
            .map(|row| line(&columns, &widths, &kept, row))
            .collect()
    }

    #[test]
    fn a_cell_is_one_line_and_cannot_drive_a_terminal() {
        assert_eq!(in_one_cell("a\nb\t\u{1b}[2Jc"), "a b \\u{1b}[2Jc");
    }

    #[test]
    fn columns_are_aligned_and_left_out_where_there_is_no_room() {
        assert_eq!(lines(None), ["a/b       131K  2026-09-14"]);
        assert_eq!(lines(Some(26)), ["a/b       131K  2026-09-14"]);
        assert_eq!(lines(Some(25)), ["a/b       131K"]);
        assert_eq!(lines(Some(3)), ["a/b"]);
    }
}
