//! Web Locks and storage, as browsers keep them.

use session_core::{LockId, LockName, Milestone, Presence};
use session_simulator::browser::{Claim, Health, Locks, PageId, Storage, Word};

const fn claim(page: u32, lock: u64) -> Claim {
    Claim {
        page: PageId(page),
        lock: LockId(lock),
    }
}

#[test]
fn a_lock_goes_through_its_queue_in_order() {
    let mut locks = Locks::default();
    let (first, second, third) = (claim(1, 1), claim(2, 1), claim(3, 1));
    let mut request = |claim| locks.request(LockName::Leader, claim, false);
    assert_eq!(request(first), [Word::Granted(first)]);
    assert!(request(second).is_empty());
    assert!(request(third).is_empty());
    assert!(locks.release(second).is_empty(), "it only waited");
    assert_eq!(locks.release(first), [Word::Granted(third)]);
    assert_eq!(locks.holder(LockName::Leader), Some(third));
    assert_eq!(locks.holder(LockName::Refresh), None);
}

#[test]
fn a_page_that_dies_leaves_every_queue() {
    let mut locks = Locks::default();
    let (dying, waiting) = (claim(1, 1), claim(2, 7));
    locks.request(LockName::Refresh, dying, false);
    locks.request(LockName::Refresh, waiting, false);
    assert_eq!(locks.forget(PageId(1)), [Word::Granted(waiting)]);
}

#[test]
fn a_thief_gets_the_lock_and_the_holder_hears_of_it() {
    let mut locks = Locks::default();
    let (holder, thief) = (claim(1, 1), claim(2, 1));
    locks.request(LockName::Leader, holder, false);
    let words = locks.request(LockName::Leader, thief, true);
    assert_eq!(words, [Word::Lost(holder), Word::Granted(thief)]);
    assert!(
        locks.release(holder).is_empty(),
        "it holds nothing any more"
    );
    assert_eq!(locks.holder(LockName::Leader), Some(thief));
}

#[test]
fn a_logout_is_not_written_over_and_is_confirmed_by_name() {
    let mut storage = Storage::default();
    let session = || "s1".to_owned();
    let other = || "s2".to_owned();
    assert!(storage.remember(&Milestone::LoggedIn));
    assert!(storage.remember(&Milestone::Left { session: session() }));
    assert!(storage.remember(&Milestone::Delivered { session: other() }));
    let pending = Presence::LogoutPending { session: session() };
    assert_eq!(storage.presence(), pending);
    assert!(storage.remember(&Milestone::Delivered { session: session() }));
    assert_eq!(
        storage.presence(),
        Presence::LoggedOut { session: session() }
    );
}

#[test]
fn storage_that_is_full_or_throws_loses_nothing() {
    let mut storage = Storage::default();
    let user = session_simulator::server::UserId(1);
    assert!(storage.keep_draft(user, 5));
    storage.set_health(Health::Full);
    assert!(!storage.keep_draft(user, 9));
    assert!(!storage.remember(&Milestone::LoggedIn));
    assert_eq!(storage.draft(user), 5);
    storage.set_health(Health::Throws);
    assert_eq!(
        (storage.draft(user), storage.presence()),
        (0, Presence::Unknown)
    );
    storage.set_health(Health::Works);
    assert_eq!(storage.draft(user), 5);
}
