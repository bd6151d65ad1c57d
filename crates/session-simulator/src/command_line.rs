//! The command lines of `simulate` and `model`: flags, each with a value. Faults are worded for the
//! person at the terminal.

use std::ops::RangeInclusive;

/// A flag with its value.
#[derive(Clone, Debug)]
pub struct Flag {
    /// With its dashes.
    pub name: String,
    /// What stands behind it.
    pub value: String,
}

/// Reads flags until the words end.
///
/// # Errors
///
/// The flag that has no value.
pub fn flags(mut words: impl Iterator<Item = String>) -> Result<Vec<Flag>, String> {
    let mut flags = Vec::new();
    while let Some(name) = words.next() {
        let value = words.next();
        let value = value.ok_or_else(|| format!("expected a value after `{name}`"))?;
        flags.push(Flag { name, value });
    }
    Ok(flags)
}

impl Flag {
    /// Returns the value as a number.
    ///
    /// # Errors
    ///
    /// What was found instead.
    pub fn number(&self) -> Result<u64, String> {
        let Self { name, value } = self;
        let number = value.parse();
        number.map_err(|_| format!("expected a number after `{name}`, found `{value}`"))
    }

    /// Returns the value as a number of tabs.
    ///
    /// # Errors
    ///
    /// What was found instead.
    pub fn tabs(&self, allowed: RangeInclusive<u8>) -> Result<u8, String> {
        let tabs = u8::try_from(self.number()?).ok();
        tabs.filter(|tabs| allowed.contains(tabs)).ok_or_else(|| {
            let (least, most) = (allowed.start(), allowed.end());
            format!("expected {least} to {most} tabs, found {}", self.value)
        })
    }

    /// Says that nobody knows this flag.
    #[must_use]
    pub fn unknown(&self) -> String {
        format!("`{}` is not understood", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str) -> Result<Vec<Flag>, String> {
        flags(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn what_is_missing_or_no_number_is_named() {
        let missing = read("--seeds 3 --tabs").unwrap_err();
        assert_eq!(missing, "expected a value after `--tabs`");
        let [flag] = &read("--seeds three").unwrap()[..] else {
            panic!("one flag was given");
        };
        let found = "expected a number after `--seeds`, found `three`";
        assert_eq!(flag.number().unwrap_err(), found);
        let [flag] = &read("--tabs 9").unwrap()[..] else {
            panic!("one flag was given");
        };
        assert_eq!(
            flag.tabs(2..=8).unwrap_err(),
            "expected 2 to 8 tabs, found 9"
        );
        assert_eq!(flag.tabs(2..=9), Ok(9));
    }
}
