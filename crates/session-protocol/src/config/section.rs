//! One object of the configuration: reads the keys it knows and names every fault.

use std::fmt;

use serde_json::{Map, Value};

/// One fault in a configuration.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct ConfigProblem {
    /// Path of the key, for example `timing.refreshAt`; empty for the whole document.
    pub key: String,
    /// What was expected.
    pub expected: &'static str,
}

impl fmt::Display for ConfigProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.key.as_str() {
            "" => write!(f, "session-config: expected {}", self.expected),
            key => write!(f, "session-config: `{key}`: expected {}", self.expected),
        }
    }
}

impl std::error::Error for ConfigProblem {}

/// Reads one object, remembers which keys it knows and reports the others.
pub(super) struct Section<'a> {
    prefix: &'a str,
    object: &'a Map<String, Value>,
    known: Vec<&'static str>,
    problems: &'a mut Vec<ConfigProblem>,
}

impl<'a> Section<'a> {
    pub(super) fn new(
        prefix: &'a str,
        object: &'a Map<String, Value>,
        problems: &'a mut Vec<ConfigProblem>,
    ) -> Self {
        Self {
            prefix,
            object,
            known: Vec::new(),
            problems,
        }
    }

    fn path(&self, key: &str) -> String {
        if self.prefix.is_empty() {
            key.to_owned()
        } else {
            format!("{}.{key}", self.prefix)
        }
    }

    pub(super) fn read<T>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        target: &mut T,
        read: impl FnOnce(&Value) -> Option<T>,
    ) {
        self.known.push(key);
        let Some(value) = self.object.get(key) else {
            return;
        };
        match read(value) {
            Some(value) => *target = value,
            None => self.problems.push(ConfigProblem {
                key: self.path(key),
                expected,
            }),
        }
    }

    pub(super) fn text(&mut self, key: &'static str, target: &mut String) {
        self.read(key, "a text that is not empty", target, |value| {
            value
                .as_str()
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        });
    }

    pub(super) fn choice<T: Copy>(
        &mut self,
        key: &'static str,
        expected: &'static str,
        target: &mut T,
        choices: &[(&str, T)],
    ) {
        self.read(key, expected, target, |value| {
            let text = value.as_str()?;
            choices
                .iter()
                .find(|(name, _)| *name == text)
                .map(|(_, choice)| *choice)
        });
    }

    /// Reads an object whose keys are data; each fault is named with its own key.
    pub(super) fn entries(
        &mut self,
        key: &'static str,
        mut read: impl FnMut(&str, &Value) -> Result<(), &'static str>,
    ) {
        self.known.push(key);
        let prefix = self.path(key);
        match self.object.get(key) {
            None => {}
            Some(Value::Object(entries)) => {
                for (name, value) in entries {
                    if let Err(expected) = read(name, value) {
                        let key = format!("{prefix}.{name}");
                        self.problems.push(ConfigProblem { key, expected });
                    }
                }
            }
            Some(_) => {
                let expected = "an object";
                let key = prefix;
                self.problems.push(ConfigProblem { key, expected });
            }
        }
    }

    pub(super) fn section(&mut self, key: &'static str, read: impl FnOnce(&mut Section<'_>)) {
        self.known.push(key);
        match self.object.get(key) {
            None => {}
            Some(Value::Object(object)) => {
                let mut section = Section::new(key, object, self.problems);
                read(&mut section);
                section.finish();
            }
            Some(_) => {
                self.problems.push(ConfigProblem {
                    key: self.path(key),
                    expected: "an object",
                });
            }
        }
    }

    pub(super) fn finish(&mut self) {
        for key in self
            .object
            .keys()
            .filter(|key| !self.known.contains(&key.as_str()))
        {
            let problem = ConfigProblem {
                key: self.path(key),
                expected: "no such key; see the configuration table in README.md",
            };
            self.problems.push(problem);
        }
    }
}
