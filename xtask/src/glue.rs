//! The JavaScript that wasm-bindgen writes around the wasm, as text: a statement begins at the start of a line, and each
//! import is a property of `import0`. What does not look like that is an error, never a broken bundle.

use std::collections::BTreeSet;

use crate::failure::Failure;
use crate::wasm_names::ShortNames;

/// How the glue is started: in every way that anybody may want.
const START: [&str; 6] = [
    "async function __wbg_load(",
    "function initSync(",
    "let __wbg_init_promise;",
    "async function __wbg_init(",
    "async function __wbg_init_once(",
    "export { initSync, __wbg_init as default };",
];
/// How our start script starts it, see `pattern_script` in Trunk.toml. A server that does not say `application/wasm` is
/// asked again.
const OUR_START: &str = "
async function __wbg_init({ module_or_path }) {
    const imports = __wbg_get_imports();
    const { instance } = await WebAssembly.instantiateStreaming(fetch(module_or_path), imports).catch(
        async () => WebAssembly.instantiate(await (await fetch(module_or_path)).arrayBuffer(), imports)
    );
    __wbg_finalize_init(instance);
}
export { __wbg_init as default };
";

/// Opens and closes the object with the imports.
const IMPORTS: &str = "\n    const import0 = {\n";
const END_OF_IMPORTS: &str = "\n    };\n";
const INDENT: &str = "        ";

/// Before the name of an export, wherever one is used.
const USE_OF_EXPORT: &str = "wasm.";

/// The glue without the classes of exported types that nothing in it uses, and with one way to start it.
pub(crate) fn without_unused_parts(glue: &str) -> Result<String, Failure> {
    let mut statements = statements(glue);
    for start in START {
        let found = statements
            .extract_if(.., |statement| statement.starts_with(start))
            .count();
        if found != 1 {
            return Err(unexpected(&format!("has {found} times `{start}`")));
        }
    }
    statements.push(OUR_START);
    let classes: Vec<&str> = statements
        .iter()
        .filter_map(|statement| statement.strip_prefix("export class "))
        .filter_map(|rest| rest.split_once(' ').map(|(name, _)| name))
        .collect();
    for class in classes {
        let registry = format!("{class}Finalization");
        let parts = [
            format!("export class {class} "),
            format!("if (Symbol.dispose) {class}."),
            format!("const {registry} "),
        ];
        let is_part = |statement: &str| parts.iter().any(|part| statement.starts_with(part));
        let used = statements.iter().any(|statement| {
            !is_part(statement) && (mentions(statement, class) || mentions(statement, &registry))
        });
        if !used {
            statements.retain(|statement| !is_part(statement));
        }
    }
    Ok(statements.concat())
}

/// The names of the wasm's exports that the glue uses.
pub(crate) fn used_exports(glue: &str) -> BTreeSet<String> {
    let (_, uses) = uses_of_exports(glue);
    uses.iter().map(|(name, _)| (*name).to_owned()).collect()
}

/// The glue for a wasm with short names, without what that wasm no longer imports.
pub(crate) fn with_short_names(glue: &str, names: &ShortNames) -> Result<String, Failure> {
    let start = glue
        .find(IMPORTS)
        .ok_or_else(|| unexpected("has no `import0`"))?
        + IMPORTS.len();
    let length = glue[start..]
        .find(END_OF_IMPORTS)
        .ok_or_else(|| unexpected("does not end `import0`"))?;
    let (before, rest) = glue.split_at(start);
    let (imports, after) = rest.split_at(length);

    let glue = [before, &short_imports(imports, names)?, after].concat();
    let module = format!("{INDENT}\"{}\": import0,", names.module);
    if glue.matches(&module).count() != 1 {
        return Err(unexpected(&format!(
            "does not import from `{}`",
            names.module
        )));
    }
    let short_module = format!("{INDENT}{}: import0,", ShortNames::MODULE);
    short_exports(&glue.replace(&module, &short_module), names)
}

/// The properties of `import0` that the wasm imports, under their short names.
fn short_imports(imports: &str, names: &ShortNames) -> Result<String, Failure> {
    let mut missing: BTreeSet<&String> = names.imports.keys().collect();
    let mut short = String::new();
    for property in starting(imports, |line| property_name(line).is_some()) {
        let Some(name) = property_name(property) else {
            return Err(unexpected(
                "begins `import0` with something else than a property",
            ));
        };
        if name == "__proto__" {
            short.push_str(property);
        } else if let Some(short_name) = names.imports.get(name) {
            missing.remove(&name.to_owned());
            short.push_str(INDENT);
            short.push_str(short_name);
            short.push_str(&property[INDENT.len() + name.len()..]);
        }
    }
    match missing.first() {
        None => Ok(short),
        Some(name) => Err(unexpected(&format!("does not have the import `{name}`"))),
    }
}

fn short_exports(glue: &str, names: &ShortNames) -> Result<String, Failure> {
    let mut missing: BTreeSet<&str> = names.exports.keys().map(String::as_str).collect();
    let (before, uses) = uses_of_exports(glue);
    let mut short = before.to_owned();
    for (name, rest) in uses {
        let short_name = names.exports.get(name).ok_or_else(|| {
            unexpected(&format!(
                "uses the export `{name}`, which the wasm does not have"
            ))
        })?;
        missing.remove(name);
        short.push_str(USE_OF_EXPORT);
        short.push_str(short_name);
        short.push_str(rest);
    }
    match missing.first() {
        None => Ok(short),
        Some(name) => Err(unexpected(&format!("does not use the export `{name}`"))),
    }
}

/// The text before the first use of an export; then for each use the name and what follows it.
fn uses_of_exports(glue: &str) -> (&str, Vec<(&str, &str)>) {
    let mut pieces = glue.split(USE_OF_EXPORT);
    let before = pieces.next().unwrap_or_default();
    let uses = pieces.map(|piece| piece.split_at(identifier(piece).len()));
    (before, uses.collect())
}

/// Statements begin at the start of a line, and a line that begins with a bracket goes on.
fn statements(glue: &str) -> Vec<&str> {
    starting(glue, |line| !line.starts_with([' ', '}', ']', ')', '\n']))
}

/// The text in parts, each of which begins with a line that `starts` one.
fn starting(text: &str, starts: impl Fn(&str) -> bool) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut begin, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        if at > begin && starts(line) {
            parts.push(&text[begin..at]);
            begin = at;
        }
        at += line.len();
    }
    parts.push(&text[begin..]);
    parts
}

/// The name in `        name: function() {`.
fn property_name(line: &str) -> Option<&str> {
    let text = line.strip_prefix(INDENT)?;
    let name = identifier(text);
    (!name.is_empty() && text[name.len()..].starts_with(':')).then_some(name)
}

/// The identifier that the text begins with, or nothing.
fn identifier(text: &str) -> &str {
    let end = text.find(|letter| !is_in_identifier(letter));
    &text[..end.unwrap_or(text.len())]
}

fn mentions(text: &str, name: &str) -> bool {
    let borders = |at: usize| {
        let before = text[..at].chars().next_back();
        let after = text[at + name.len()..].chars().next();
        !before.into_iter().chain(after).any(is_in_identifier)
    };
    text.match_indices(name).any(|(at, _)| borders(at))
}

fn is_in_identifier(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_' || letter == '$'
}

fn unexpected(what: &str) -> Failure {
    Failure::new(format!(
        "the glue of wasm-bindgen {what}: xtask/src/glue.rs knows another layout"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = r#"export class Unused {
    free() {
        wasm.__wbg_unused_free(this.__wbg_ptr, 0);
    }
}
if (Symbol.dispose) Unused.prototype[Symbol.dispose] = Unused.prototype.free;

export class Used {
    free() { wasm.used_free(); }
}
function __wbg_get_imports() {
    const import0 = {
        __proto__: null,
        __wbg_body_1: function(arg0) {
            const ret = { key: arg0.body, used: Used };
            return ret;
        },
        __wbg_body_12: function() { return handleError(function (arg0) {
            arg0.gone();
        }, arguments); },
        __wbindgen_init: function() {
            wasm.__wbindgen_table.set(0, undefined);
        },
    };
    return {
        __proto__: null,
        "./app_bg.js": import0,
    };
}
const UnusedFinalization = (typeof FinalizationRegistry === 'undefined')
    ? { register: () => {} }
    : new FinalizationRegistry(ptr => wasm.__wbg_unused_free(ptr, 1));

async function __wbg_load(module, imports) {
    return await WebAssembly.instantiate(module, imports);
}

function initSync(module) {
}

let __wbg_init_promise;
async function __wbg_init(module_or_path) {
    return __wbg_init_once(module_or_path);
}

async function __wbg_init_once(module_or_path) {
}

export { initSync, __wbg_init as default };
"#;

    fn names(imports: &[(&str, &str)], exports: &[(&str, &str)]) -> ShortNames {
        let owned = |pairs: &[(&str, &str)]| {
            pairs
                .iter()
                .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()))
                .collect()
        };
        ShortNames {
            module: "./app_bg.js".to_owned(),
            imports: owned(imports),
            exports: owned(exports),
        }
    }

    const IMPORTED: [(&str, &str); 2] = [("__wbg_body_1", "b"), ("__wbindgen_init", "$")];
    const EXPORTED: [(&str, &str); 2] = [("__wbindgen_table", "c"), ("used_free", "d")];

    fn lean() -> String {
        without_unused_parts(GLUE).unwrap()
    }

    #[test]
    fn a_class_goes_with_all_its_parts_if_nothing_uses_it() {
        let lean = lean();
        assert!(!lean.contains("Unused"), "{lean}");
        assert!(lean.contains("export class Used {"), "{lean}");
        assert_eq!(
            used_exports(&lean),
            ["__wbindgen_table", "used_free"].map(str::to_owned).into()
        );
    }

    #[test]
    fn there_is_one_way_to_start() {
        let lean = lean();
        assert!(lean.ends_with(OUR_START), "{lean}");
        for gone in [
            "__wbg_load",
            "initSync",
            "__wbg_init_promise",
            "__wbg_init_once",
        ] {
            assert!(!lean.contains(gone), "{gone}");
        }
        let failure = without_unused_parts(&GLUE.replace("function initSync", "function init2"));
        let failure = failure.unwrap_err().to_string();
        assert!(
            failure.contains("0 times `function initSync(`"),
            "{failure}"
        );
    }

    #[test]
    fn imports_and_exports_get_their_short_names_and_the_rest_goes() {
        let short = with_short_names(&lean(), &names(&IMPORTED, &EXPORTED)).unwrap();
        let object = "    const import0 = {
        __proto__: null,
        b: function(arg0) {
            const ret = { key: arg0.body, used: Used };
            return ret;
        },
        $: function() {
            wasm.c.set(0, undefined);
        },
    };
    return {
        __proto__: null,
        a: import0,
    };
";
        assert!(short.contains(object), "{short}");
        assert!(short.contains("free() { wasm.d(); }"), "{short}");
    }

    fn refusal(glue: &str, imports: &[(&str, &str)], exports: &[(&str, &str)]) -> String {
        let refusal = with_short_names(glue, &names(imports, exports));
        refusal.unwrap_err().to_string()
    }

    #[test]
    fn a_name_that_only_one_side_has_is_an_error() {
        let more = [IMPORTED[0], IMPORTED[1], ("__wbg_new", "e")];
        let failure = refusal(&lean(), &more, &EXPORTED);
        assert!(failure.contains("import `__wbg_new`"), "{failure}");

        let more = [EXPORTED[0], EXPORTED[1], ("memory", "e")];
        let failure = refusal(&lean(), &IMPORTED, &more);
        assert!(failure.contains("not use the export `memory`"), "{failure}");

        let failure = refusal(&lean(), &IMPORTED, &EXPORTED[..1]);
        assert!(failure.contains("export `used_free`, which"), "{failure}");
    }

    #[test]
    fn another_layout_is_an_error() {
        assert!(without_unused_parts("export default init;").is_err());
        let minified = lean().replace("const import0", "const i");
        assert!(refusal(&minified, &IMPORTED, &EXPORTED).contains("import0"));
        let other = lean().replace("./app_bg.js", "./other.js");
        assert!(refusal(&other, &IMPORTED, &EXPORTED).contains("./app_bg.js"));
    }
}
