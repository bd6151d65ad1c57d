//! The weight of the first load: everything the browser fetches to show the first page.

use std::fs;
use std::path::Path;

use crate::bundle;
use crate::failure::{Doing as _, Failure};
use crate::files;
use crate::finish::{brotli, gzip};
use crate::workspace::Workspace;

/// Extensions that count, in the order of the table.
const FIRST_LOAD: [&str; 4] = ["html", "css", "js", "wasm"];

/// Builds the release bundle, prints its weight and fails if it is over the budget.
pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let dist = bundle::release(workspace)?;
    let rows = measure(&dist)?;
    println!("{}", table(&rows));
    verdict(total(&rows).brotli, workspace.first_load_budget)
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Row {
    name: String,
    raw: usize,
    gzip: usize,
    brotli: usize,
}

fn measure(dist: &Path) -> Result<Vec<Row>, Failure> {
    let all = files::under(dist)?;
    let mut rows = Vec::new();
    for extension in FIRST_LOAD {
        for file in all
            .iter()
            .filter(|file| files::extension(file) == extension)
        {
            let plain = fs::read(file).doing("read", file)?;
            rows.push(Row {
                name: file
                    .strip_prefix(dist)
                    .unwrap_or(file)
                    .display()
                    .to_string(),
                raw: plain.len(),
                gzip: gzip(&plain)?.len(),
                brotli: brotli(&plain)?.len(),
            });
        }
    }
    Ok(rows)
}

fn total(rows: &[Row]) -> Row {
    rows.iter().fold(
        Row {
            name: "total".to_owned(),
            ..Row::default()
        },
        |sum, row| Row {
            raw: sum.raw + row.raw,
            gzip: sum.gzip + row.gzip,
            brotli: sum.brotli + row.brotli,
            ..sum
        },
    )
}

fn table(rows: &[Row]) -> String {
    let total = total(rows);
    let width = rows
        .iter()
        .map(|row| row.name.len())
        .max()
        .unwrap_or_default()
        .max("first load".len());
    let mut lines = vec![format!(
        "{:width$} {:>10} {:>10} {:>10}",
        "first load", "raw", "gzip 9", "brotli 11"
    )];
    for row in rows.iter().chain([&total]) {
        lines.push(format!(
            "{:width$} {:>10} {:>10} {:>10}",
            row.name, row.raw, row.gzip, row.brotli
        ));
    }
    lines.join("\n")
}

fn verdict(brotli: usize, budget: u64) -> Result<(), Failure> {
    let weight = brotli as u64;
    if weight <= budget {
        println!(
            "{} of {} KB: {} bytes to spare",
            kilobytes(weight),
            kilobytes(budget),
            budget - weight
        );
        return Ok(());
    }
    let over = weight - budget;
    Err(Failure::new(format!(
        "the first load weighs {} KB after brotli, {over} bytes over its budget of {} KB; \
         what grew shows in the table above (1 KB is 1000 bytes)",
        kilobytes(weight),
        kilobytes(budget)
    )))
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(name: &str, raw: usize, gzip: usize, brotli: usize) -> Row {
        Row {
            name: name.to_owned(),
            raw,
            gzip,
            brotli,
        }
    }

    #[test]
    fn the_table_lines_up_and_ends_with_the_total() {
        let rows = [
            row("index.html", 2000, 1000, 900),
            row("app.wasm", 250_000, 100_000, 80_000),
        ];
        let expected = "\
first load        raw     gzip 9  brotli 11
index.html       2000       1000        900
app.wasm       250000     100000      80000
total          252000     101000      80900";
        assert_eq!(table(&rows), expected);
    }

    #[test]
    fn the_budget_itself_is_allowed_and_one_byte_more_is_not() {
        assert!(verdict(100_000, 100_000).is_ok());
        let failure = verdict(100_001, 100_000).unwrap_err().to_string();
        assert!(
            failure.contains("100.0 KB after brotli, 1 bytes over"),
            "{failure}"
        );
    }
}
