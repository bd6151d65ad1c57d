//! What a person does next, given what is on the screen.

use session_core::{Extension, LoginStatus, Phase};

use crate::{
    browser::{Life, Page, TabId},
    server::UserId,
    world::{Deed, World},
};

/// Returns what a person does who turns to this tab.
pub(super) fn next(world: &World, tab: TabId, choice: u8) -> Vec<Deed> {
    let Some(page) = world.page(tab) else {
        return vec![Deed::Open(tab)];
    };
    if page.life == Life::Cached {
        return vec![Deed::GoBack(tab)];
    }
    let mut deeds = Vec::new();
    if !page.is_visible() {
        deeds.push(Deed::Show(tab));
    }
    deeds.extend(on(page, tab, choice));
    deeds
}

fn on(page: &Page, tab: TabId, choice: u8) -> Option<Deed> {
    // Three of four times it is the usual user of this browser.
    let user = UserId(if choice < 200 { 1 } else { 2 });
    let log_in = Deed::LogIn {
        tab,
        user,
        remember_me: choice.is_multiple_of(3),
    };
    match &page.view.phase {
        Phase::Restoring | Phase::LoggingOut => None,
        Phase::Anonymous { login, .. } | Phase::Expired { login, .. } => match login {
            LoginStatus::Ready | LoginStatus::Failed(_) => Some(log_in),
            LoginStatus::Busy => None,
        },
        Phase::Warned { warning, .. } => {
            let can_stay = warning.extendable && warning.extension == Extension::Offered;
            (can_stay && choice < 200).then_some(Deed::Stay(tab))
        }
        Phase::Active { .. } => Some(match choice % 8 {
            0 | 1 => Deed::Touch(tab),
            2..=4 => Deed::Type(tab),
            5 | 6 => Deed::Read(tab),
            _ => Deed::Change(tab),
        }),
    }
}
