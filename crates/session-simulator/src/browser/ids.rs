//! Who is who among browsers, tabs and pages.

use std::fmt;

/// A browser: one jar, one storage, one channel.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct BrowserId(pub u8);

/// A tab of a browser. It stays while pages come and go in it.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TabId {
    /// The browser.
    pub browser: BrowserId,
    /// Which of its tabs.
    pub slot: u8,
}

impl TabId {
    /// Names a tab.
    #[must_use]
    pub const fn new(browser: u8, slot: u8) -> Self {
        Self {
            browser: BrowserId(browser),
            slot,
        }
    }
}

impl fmt::Display for TabId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tab {}.{}", self.browser.0, self.slot)
    }
}

/// One page, from its load to its end. A number is used once in the life of a world.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PageId(pub u32);
