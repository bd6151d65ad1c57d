//! The language of the user interface.

use std::cell::Cell;

/// A language that the catalogue has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Locale {
    /// English.
    #[default]
    English,
    /// German.
    German,
}

impl Locale {
    /// All languages, each named in itself.
    pub const ALL: [(Self, &'static str); 2] =
        [(Self::English, "English"), (Self::German, "Deutsch")];

    /// Returns the BCP 47 tag.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
        }
    }

    /// Finds the language of a BCP 47 tag, without regard to its region.
    #[must_use]
    pub fn parse(tag: &str) -> Option<Self> {
        // All that are known have two letters.
        let (language, region) = tag.split_at_checked(2)?;
        if !region.is_empty() && !region.starts_with('-') {
            return None;
        }
        let mut all = Self::ALL.into_iter().map(|(locale, _)| locale);
        all.find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }
}

thread_local! {
    static CURRENT: Cell<Locale> = const { Cell::new(Locale::English) };
}

/// Chooses the language of the page. Components take it when they are made.
pub fn set_locale(locale: Locale) {
    CURRENT.set(locale);
}

/// Returns the language of the page; English unless another was chosen.
#[must_use]
pub fn locale() -> Locale {
    CURRENT.get()
}
