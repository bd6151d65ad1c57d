//! The language of the user interface.

use leptos::prelude::*;

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
        let language = tag.split('-').next().unwrap_or_default();
        let mut all = Self::ALL.into_iter().map(|(locale, _)| locale);
        all.find(|locale| locale.tag().eq_ignore_ascii_case(language))
    }
}

/// Puts the language into the context; writing the signal changes it everywhere.
#[must_use]
pub fn provide_locale(initial: Locale) -> RwSignal<Locale> {
    let locale = RwSignal::new(initial);
    provide_context(locale);
    locale
}

/// Returns the language; English unless [`provide_locale`] was called above.
#[must_use]
pub fn use_locale() -> Signal<Locale> {
    use_context::<RwSignal<Locale>>().map_or_else(|| Signal::stored(Locale::English), Into::into)
}
