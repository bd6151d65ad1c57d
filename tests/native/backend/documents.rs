//! The documents say what the server does: the table of limits, the API description, the schema of
//! socket messages.

use std::{fmt::Write, path::PathBuf};

use session_backend::limits;

fn root() -> PathBuf {
    [env!("CARGO_MANIFEST_DIR"), "../.."].iter().collect()
}

/// Surrounds the table in ARCHITECTURE.md.
const TABLE: [&str; 2] = [
    "<!-- limits of the backend: made by `UPDATE_DOCUMENTS=1 cargo test -p session-backend --test backend documents` -->\n",
    "<!-- end of the limits of the backend -->",
];

#[test]
fn architecture_has_the_table_of_the_servers_limits() {
    let mut table = "\n| what | limit | beyond it |\n|---|---|---|\n".to_owned();
    for row in limits() {
        writeln!(table, "| {} | {} | {} |", row.what, row.limit, row.beyond).unwrap();
    }
    table.push('\n');
    let path = root().join("ARCHITECTURE.md");
    let text = std::fs::read_to_string(&path).unwrap();
    let (before, rest) = text
        .split_once(TABLE[0])
        .expect("the mark before the table");
    let (found, after) = rest.split_once(TABLE[1]).expect("the mark after the table");
    if std::env::var_os("UPDATE_DOCUMENTS").is_some() {
        let text = format!("{before}{}{table}{}{after}", TABLE[0], TABLE[1]);
        std::fs::write(&path, text).unwrap();
    } else {
        assert_eq!(found, table, "make the table again as its first line says");
    }
}
