//! What can happen to a client, in any order: each step is a fact that a server, a browser or a
//! person may bring, lies included, and after each step every promise of the client is looked at.

pub(crate) mod act;
mod choice;
mod ends;
mod facts;
mod page;
mod promises;
mod samples;
mod seen;
mod turns;

use arbitrary::{Arbitrary, Result, Unstructured};

use act::Act;
pub(crate) use page::Page;

/// Most steps of one life, so that one input takes milliseconds.
const LONGEST_LIFE: usize = 400;

/// A life: the deployment in which it is led, and what happens. Its `Debug` is what the fuzzer
/// shows of an input that breaks a promise.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    /// Chooses the deployment.
    pub(crate) deployment: u8,
    /// What happens, in order.
    pub(crate) acts: Vec<Act>,
}

impl Life {
    /// The bit of the deployment that lets tabs exclude each other, and so share.
    pub(crate) const SHARED: u8 = 64;

    /// Lives the life; panics if the client breaks a promise.
    pub(crate) fn live(&self) -> Page {
        let mut page = Page::new(self.deployment);
        for act in &self.acts {
            page.act(act);
        }
        page.close();
        page
    }
}

impl<'a> Arbitrary<'a> for Life {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let deployment = u.arbitrary()?;
        let mut acts = Vec::new();
        while !u.is_empty() && acts.len() < LONGEST_LIFE {
            acts.push(u.arbitrary()?);
        }
        Ok(Self { deployment, acts })
    }
}
