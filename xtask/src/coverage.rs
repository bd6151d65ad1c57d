//! `coverage`: the regions of the client's code that its tests reach.

use std::path::Path;

use serde_json::Value;

use crate::failure::Failure;
use crate::process;
use crate::share::Share;
use crate::tools::Toolbox;
use crate::workspace::{CORE, Workspace};

/// Per cent of the regions.
const LEAST: u64 = 95;

pub(crate) fn run(workspace: &Workspace) -> Result<(), Failure> {
    let mut command = Toolbox::for_coverage(workspace)?.subcommand("llvm-cov");
    command
        .args(["--package", CORE, "--tests", "--json", "--no-cfg-coverage"])
        .args(process::quiet_in_logs())
        .current_dir(&workspace.root);
    let json = process::capture_output(&mut command)?;
    let export: Value = serde_json::from_str(&json).map_err(|error| {
        Failure::new(format!(
            "`{}` wrote no JSON: {error}",
            process::shown(&command)
        ))
    })?;
    let rows = rows(&export, &workspace.root.join("crates").join(CORE));
    println!("{}", table(&rows));
    verdict(total(&rows))
}

#[derive(Debug, PartialEq, Eq)]
struct Row {
    name: String,
    regions: Share,
    /// `line:column` where a region begins that no test reaches.
    missed: Vec<String>,
}

/// The files under a directory, from LLVM's export.
fn rows(export: &Value, directory: &Path) -> Vec<Row> {
    let files = export.pointer("/data/0/files").and_then(Value::as_array);
    let mut rows: Vec<Row> = files
        .into_iter()
        .flatten()
        .filter_map(|file| row(file, directory))
        .collect();
    rows.sort_by(|one, other| one.name.cmp(&other.name));
    rows
}

fn row(file: &Value, directory: &Path) -> Option<Row> {
    let path = Path::new(file.get("filename")?.as_str()?);
    let regions = file.pointer("/summary/regions")?;
    let segments = file.get("segments")?.as_array()?;
    Some(Row {
        name: path.strip_prefix(directory).ok()?.display().to_string(),
        regions: Share {
            part: regions.get("covered")?.as_u64()?,
            whole: regions.get("count")?.as_u64()?,
        },
        missed: segments.iter().filter_map(missed).collect(),
    })
}

/// A segment is `[line, column, count, has a count, begins a region, is a gap]`.
fn missed(segment: &Value) -> Option<String> {
    let [line, column, count, counts, begins, gap] = segment.as_array()?.as_slice() else {
        return None;
    };
    let unreached = count.as_u64() == Some(0)
        && counts.as_bool() == Some(true)
        && begins.as_bool() == Some(true)
        && gap.as_bool() == Some(false);
    unreached.then(|| format!("{line}:{column}"))
}

fn total(rows: &[Row]) -> Share {
    rows.iter().fold(Share::default(), |mut sum, row| {
        sum += row.regions;
        sum
    })
}

fn table(rows: &[Row]) -> String {
    let widest = rows.iter().map(|row| row.name.len()).max();
    let width = widest.unwrap_or_default().max("regions of".len());
    let mut lines = vec![format!(
        "{:width$} {:>7} {:>7} {:>8}  not reached (line:column)",
        "regions of", "all", "reached", "reached"
    )];
    let line = |name: &str, regions: Share, missed: &[String]| {
        let Share { part, whole } = regions;
        let text = format!(
            "{name:width$} {whole:>7} {part:>7} {regions:>8}  {}",
            missed.join(" ")
        );
        text.trim_end().to_owned()
    };
    lines.extend(
        rows.iter()
            .map(|row| line(&row.name, row.regions, &row.missed)),
    );
    lines.push(line("total", total(rows), &[]));
    lines.join("\n")
}

fn verdict(regions: Share) -> Result<(), Failure> {
    if regions.reaches(LEAST) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "the tests of {CORE} reach {regions} of its regions and leave {} out, expected at least {LEAST} %; what they \
         leave out shows in the table above",
        regions.missing()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn export() -> Value {
        let file = |name: &str, count: u64, covered: u64, segments: Value| {
            json!({
                "filename": name,
                "summary": {"regions": {"count": count, "covered": covered}},
                "segments": segments,
            })
        };
        let segments = json!([
            [3, 1, 5, true, true, false],
            [4, 9, 0, true, true, false],
            [4, 20, 0, true, false, false],
            [5, 1, 0, true, true, true],
            [6, 1, 0, false, true, false]
        ]);
        json!({"data": [{"files": [
            file("/w/core/src/token.rs", 40, 39, segments),
            file("/w/core/src/draw.rs", 10, 10, json!([])),
            file("/w/other/src/lib.rs", 7, 0, json!([])),
        ]}]})
    }

    #[test]
    fn the_table_has_the_files_of_the_package_and_what_is_left_out() {
        let expected = "\
regions of       all reached  reached  not reached (line:column)
src/draw.rs       10      10  100.0 %
src/token.rs      40      39   97.5 %  4:9
total             50      49   98.0 %";
        assert_eq!(table(&rows(&export(), Path::new("/w/core"))), expected);
    }

    #[test]
    fn the_limit_itself_is_enough() {
        let reached = |part| verdict(Share { part, whole: 1000 });
        assert!(reached(950).is_ok());
        let failure = reached(949).unwrap_err().to_string();
        assert!(
            failure.contains("94.9 % of its regions and leave 51 out"),
            "{failure}"
        );
    }

    #[test]
    fn an_export_without_the_package_fails() {
        assert!(verdict(total(&rows(&json!({}), Path::new("/w")))).is_err());
    }
}
