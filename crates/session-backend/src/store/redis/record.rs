//! How accounts are written, and what two memories of one say together.
//!
//! Invariants: of password and status each, the later write counts, whoever remembers it; whatever is
//! joined twice or in another order comes out the same.

use session_protocol::User;

use super::model::{self, Fields};
use crate::{
    Moment,
    store::{Account, StoreError},
};

/// An account, and when what may change of it was last written.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) struct Record {
    pub(super) account: Account,
    pub(super) password_at: Option<Moment>,
    pub(super) status_at: Option<Moment>,
}

impl Record {
    /// Reads an account; nothing if there is none.
    pub(super) fn read(fields: &Fields) -> Result<Option<Self>, StoreError> {
        if fields.is_empty() {
            return Ok(None);
        }
        let field = |name: &str| fields.get(name).cloned().ok_or_else(model::damaged);
        let moment = |name: &str| {
            let text = fields.get(name).map(|text| text.parse().map(Moment));
            text.transpose().map_err(|_| model::damaged())
        };
        Ok(Some(Self {
            account: Account {
                user: User {
                    id: field("id")?,
                    email: field("email")?,
                    name: field("name")?,
                },
                password_hash: field("password")?,
                disabled_at: moment("disabledAt")?,
            },
            password_at: moment("passwordAt")?,
            status_at: moment("statusAt")?,
        }))
    }

    /// Joins what the store has with what a server remembers. Of one moment, what is disabled counts.
    pub(super) fn joined(&self, other: &Self) -> Self {
        let password = |record: &Self| (record.password_at, record.account.password_hash.clone());
        let status = |record: &Self| (record.status_at, record.account.disabled_at);
        let (password_at, password_hash) = password(self).max(password(other));
        let (status_at, disabled_at) = status(self).max(status(other));
        Self {
            account: Account {
                user: self.account.user.clone(),
                password_hash,
                disabled_at,
            },
            password_at,
            status_at,
        }
    }
}

/// Writes a moment, or that there is none.
pub(super) fn moment(at: Option<Moment>) -> String {
    at.map_or(String::new(), |at| at.0.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn records() -> Vec<Record> {
        let mut records = Vec::new();
        for password_at in [None, Some(Moment(1)), Some(Moment(2))] {
            for password_hash in ["a", "b"] {
                for status_at in [None, Some(Moment(1)), Some(Moment(2))] {
                    for disabled_at in [None, Some(Moment(5))] {
                        records.push(Record {
                            account: Account {
                                user: User {
                                    id: "u".to_owned(),
                                    email: "u@example.com".to_owned(),
                                    name: "U".to_owned(),
                                },
                                password_hash: password_hash.to_owned(),
                                disabled_at,
                            },
                            password_at,
                            status_at,
                        });
                    }
                }
            }
        }
        records
    }

    #[test]
    fn joining_twice_or_in_another_order_changes_nothing() {
        for one in records() {
            assert_eq!(one.joined(&one), one);
            for other in records() {
                let both = one.joined(&other);
                assert_eq!(both, other.joined(&one));
                assert_eq!(both, both.joined(&other));
                assert!(both.password_at >= one.password_at && both.status_at >= one.status_at);
            }
        }
    }

    #[test]
    fn a_record_reads_back_and_a_damaged_one_is_refused() {
        let fields = [
            ("id", "u"),
            ("email", "u@example.com"),
            ("name", "U"),
            ("password", "a"),
            ("passwordAt", "2"),
            ("disabledAt", "5"),
        ];
        let fields: Fields = fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let read = Record::read(&fields).unwrap().unwrap();
        assert_eq!((read.password_at, read.status_at), (Some(Moment(2)), None));
        assert_eq!(read.account.disabled_at, Some(Moment(5)));
        for name in ["password", "id", "email"] {
            let mut damaged = fields.clone();
            damaged.remove(name);
            assert!(Record::read(&damaged).is_err(), "{name}");
        }
        assert_eq!(Record::read(&Fields::new()), Ok(None));
    }
}
