//! An honest browser: three tabs, one cookie jar that answers write in the order of their arrival.

use session_backend::Moment;

/// A refresh answer on its way.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer {
    pub(super) tab: usize,
    /// When its call was sent; it is given up a while later.
    pub(super) sent: Moment,
    /// The token in its cookie, if it has one.
    pub(super) cookie: Option<i64>,
    /// The generation that its access token names.
    pub(super) access: i64,
}

/// A browser.
#[derive(Debug, Default)]
pub(super) struct Browser {
    /// The generation of the refresh token in the jar.
    pub(super) jar: i64,
    /// The generations of the tabs' access tokens.
    pub(super) access: [Option<i64>; TABS],
    /// Answers on their way.
    pub(super) answers: Vec<Answer>,
}

pub(super) const TABS: usize = 3;

impl Browser {
    /// An answer arrives.
    pub(super) fn receive(&mut self, answer: Answer) {
        if let Some(cookie) = answer.cookie {
            assert!(cookie >= self.jar, "the jar goes back");
            self.jar = cookie;
        }
        self.access[answer.tab] = Some(answer.access);
    }
}
