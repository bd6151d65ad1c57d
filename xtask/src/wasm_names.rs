//! What binaryen and this program tell each other about the names in a wasm module: which exports are needed, and which
//! names became which.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::failure::Failure;

/// The short names that wasm-opt gave to imports and exports; all that the module still has are here.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct ShortNames {
    /// The module that everything was imported from. wasm-opt calls it [`ShortNames::MODULE`].
    pub(crate) module: String,
    pub(crate) imports: BTreeMap<String, String>,
    pub(crate) exports: BTreeMap<String, String>,
}

impl ShortNames {
    /// What `--minify-imports-and-exports-and-modules` calls every module.
    pub(crate) const MODULE: &str = "a";

    /// Reads what `wasm-opt --minify-imports-and-exports-and-modules` prints.
    pub(crate) fn parse(printed: &str) -> Result<Self, Failure> {
        let unexpected = || {
            Failure::new(
                "wasm-opt printed no list of short names; another release of binaryen may, \
                 see [workspace.metadata.tools] in Cargo.toml",
            )
        };
        let json: Value = serde_json::from_str(printed).map_err(|_| unexpected())?;
        let rows = |key: &str, length: usize| -> Option<Vec<Vec<&str>>> {
            json.get(key)?
                .as_array()?
                .iter()
                .map(|row| row.as_array()?.iter().map(Value::as_str).collect())
                .map(|row: Option<Vec<&str>>| row.filter(|row| row.len() == length))
                .collect()
        };
        let imports = rows("imports", 3).ok_or_else(unexpected)?;
        let exports = rows("exports", 2).ok_or_else(unexpected)?;
        let modules: BTreeSet<&str> = imports.iter().map(|row| row[0]).collect();
        let [module] = Vec::from_iter(modules)[..] else {
            return Err(Failure::new(
                "the wasm imports from several modules, and xtask can shorten the names of one only (see shrink.rs)",
            ));
        };
        let pair = |old: &str, new: &str| (old.to_owned(), new.to_owned());
        Ok(Self {
            module: module.to_owned(),
            imports: imports.iter().map(|row| pair(row[1], row[2])).collect(),
            exports: exports.iter().map(|row| pair(row[0], row[1])).collect(),
        })
    }
}

/// The graph that wasm-metadce reads: the outside needs these exports and no other.
pub(crate) fn graph_of(exports: &BTreeSet<String>) -> String {
    let node = |export: &String| format!("export {export}");
    let root = json!({
        "name": "the glue",
        "root": true,
        "reaches": exports.iter().map(node).collect::<Vec<_>>(),
    });
    let nodes = exports
        .iter()
        .map(|export| json!({ "name": node(export), "export": export }));
    let graph: Value = [root].into_iter().chain(nodes).collect();
    graph.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_wasm_opt_is_understood() {
        let printed = r#"{
 "imports": [
  ["./app_bg.js", "__wbg_body_5f97", "$"],
  ["./app_bg.js", "__wbg_hidden_1", "b"]
 ],
"exports": [
  ["memory", "c"]
 ]
}
"#;
        let names = ShortNames::parse(printed).unwrap();
        assert_eq!(names.module, "./app_bg.js");
        assert_eq!(names.imports["__wbg_body_5f97"], "$");
        assert_eq!(names.imports["__wbg_hidden_1"], "b");
        assert_eq!(names.exports["memory"], "c");
    }

    #[test]
    fn two_modules_or_another_format_are_errors() {
        let two = r#"{"imports":[["a.js","x","b"],["b.js","y","c"]],"exports":[]}"#;
        let failure = ShortNames::parse(two).unwrap_err().to_string();
        assert!(failure.contains("several modules"), "{failure}");
        for other in ["", "{}", r#"{"imports":[["a.js","x"]],"exports":[]}"#] {
            let failure = ShortNames::parse(other).unwrap_err().to_string();
            assert!(failure.contains("binaryen"), "{failure}");
        }
    }

    #[test]
    fn the_graph_has_one_root_that_reaches_every_export() {
        let exports = ["main", "memory"].map(str::to_owned).into();
        let graph: Value = serde_json::from_str(&graph_of(&exports)).unwrap();
        let expected = json!([
            { "name": "the glue", "root": true, "reaches": ["export main", "export memory"] },
            { "name": "export main", "export": "main" },
            { "name": "export memory", "export": "memory" },
        ]);
        assert_eq!(graph, expected);
    }
}
