//! What followers get and give through the leader: updates, topics, activity, changes.
//!
//! Invariant: nothing that a notice says prolongs a session; activity reaches the server by this
//! tab's own socket or call, and a notice only says that it did.

use std::time::Duration;

use session_protocol::{ClientMessage, TabNotice, TabNoticeKind, Value};

use super::{Client, Outcome};
use crate::{
    CallId, Effect, SocketId,
    seeded::SeededBug,
    session::Session,
    tabs::Role,
    topics::{Novelty, Place, Subscription},
};

impl Client {
    /// An update came on the socket: it is for this tab, for those that follow it, or for both.
    pub(super) fn update_received(&mut self, topic: String, seq: u64, payload: Value) -> Outcome {
        let timing = &self.policy.timing;
        let (novelty, place) = self.topics.received(&topic, seq, self.now, timing);
        if let Role::Leader(leader) = &self.role
            && leader.followed
            && let Some(Place { seq, after }) = place
        {
            let kind = TabNoticeKind::Update {
                term: leader.term,
                topic: topic.clone(),
                seq,
                after,
                payload: payload.clone(),
            };
            self.notify(kind, None);
        }
        self.deliver(topic, seq, payload, novelty)
    }

    /// The leader passed an update on.
    pub(super) fn update_passed_on(&mut self, notice: &TabNotice) -> Outcome {
        let TabNoticeKind::Update {
            term,
            topic,
            seq,
            after,
            payload,
        } = &notice.kind
        else {
            return Outcome::Ignored("it is no update");
        };
        let Role::Follower(follower) = &self.role else {
            return Outcome::Ignored("this tab does not follow");
        };
        if *term != self.term || !follower.follows(&notice.sender) {
            return Outcome::Ignored("it does not come from the leader");
        }
        let (seq, after) = (*seq, *after);
        let novelty = if self.has_bug(SeededBug::UpdatesOutOfOrder) {
            Novelty::Next
        } else {
            self.topics.passed_on(topic, Place { seq, after })
        };
        self.deliver(topic.clone(), seq, payload.clone(), novelty)
    }

    fn deliver(&mut self, topic: String, seq: u64, payload: Value, novelty: Novelty) -> Outcome {
        match novelty {
            Novelty::Next => self.order(Effect::DeliverUpdate {
                topic,
                seq,
                payload,
            }),
            Novelty::Foreign => {}
            Novelty::Early => return self.ask_for_earlier(&topic),
            Novelty::Repeated => return Outcome::Ignored("the update was received before"),
        }
        Outcome::Acted
    }

    /// An update overtook others: they are asked for, and it comes again after them.
    fn ask_for_earlier(&mut self, topic: &str) -> Outcome {
        let timing = &self.policy.timing;
        if let Role::Follower(_) = self.role
            && self.topics.may_ask(topic, self.now, timing)
        {
            self.tell_wanted(Some(topic));
            return Outcome::Acted;
        }
        Outcome::Ignored("those before it are on their way")
    }

    pub(super) fn topic_subscribed(&mut self, topic: String) -> Outcome {
        let Some(subscription) = self.topics.subscribe(topic.clone(), self.now) else {
            return Outcome::Ignored("the topic is already subscribed");
        };
        if let Role::Follower(follower) = &self.role {
            // Who follows nobody yet says all it wants when it first hears of a leader.
            if follower.shared_socket().is_some() {
                let after = None;
                self.notify(TabNoticeKind::Wanting { topic, after }, None);
            }
        } else if let Some(socket) = self.connection.open_socket() {
            self.subscribe(socket, topic, None, subscription);
        }
        Outcome::Acted
    }

    pub(super) fn topic_unsubscribed(&mut self, topic: String) -> Outcome {
        let (wanted, over) = self.topics.unsubscribe(&topic);
        if !wanted {
            return Outcome::Ignored("the topic is not subscribed");
        }
        if let Role::Follower(_) = self.role {
            self.notify(TabNoticeKind::Unwanted { topic }, None);
        } else if let Some(socket) = self.connection.open_socket()
            && over
        {
            let message = ClientMessage::Unsubscribe { topic };
            self.order(Effect::SendMessage { socket, message });
        }
        Outcome::Acted
    }

    /// Says to the server what has to be said. What is wanted again is left first, since a server sends
    /// nothing twice to one that is there.
    fn subscribe(
        &mut self,
        socket: SocketId,
        topic: String,
        after: Option<u64>,
        subscription: Subscription,
    ) {
        let subscribe = ClientMessage::Subscribe {
            topic: topic.clone(),
            after,
        };
        let messages = match subscription {
            Subscription::Stands => vec![],
            Subscription::Missing => vec![subscribe],
            Subscription::Ahead => vec![ClientMessage::Heartbeat],
            Subscription::TooLate => {
                let leave = ClientMessage::Unsubscribe { topic };
                vec![leave, subscribe, ClientMessage::Heartbeat]
            }
        };
        for message in messages {
            self.order(Effect::SendMessage { socket, message });
        }
    }

    /// A follower wants a topic.
    pub(super) fn wanted_elsewhere(&mut self, topic: &str, after: Option<u64>) -> Outcome {
        let Role::Leader(leader) = &mut self.role else {
            return Outcome::Ignored("topics are for the leader");
        };
        leader.followed = true;
        let socket = self.connection.open_socket();
        let topics = &mut self.topics;
        let subscription = topics.wanted_elsewhere(topic, after, socket.is_some(), self.now);
        if let Some(socket) = socket {
            self.subscribe(socket, topic.to_owned(), after, subscription);
        }
        Outcome::Acted
    }

    /// A follower no longer wants a topic; those that still do say so.
    pub(super) fn unwanted_elsewhere(&mut self, topic: &str) -> Outcome {
        match &self.role {
            Role::Leader(_) => {
                if self.topics.unwanted_elsewhere(topic)
                    && let Some(socket) = self.connection.open_socket()
                {
                    let topic = topic.to_owned();
                    let message = ClientMessage::Unsubscribe { topic };
                    self.order(Effect::SendMessage { socket, message });
                }
                Outcome::Acted
            }
            Role::Follower(_) => {
                if !self.topics.wants(topic) {
                    return Outcome::Ignored("this tab does not want the topic either");
                }
                self.tell_wanted(Some(topic));
                Outcome::Acted
            }
            Role::Alone => Outcome::Ignored("this tab shares nothing"),
        }
    }

    /// Another tab has reported the user's activity: this one need not for a while.
    pub(super) fn activity_reported_elsewhere(&mut self) -> Outcome {
        // The one that reported comes first the next time, too, and the others not together.
        let timing = &self.policy.timing;
        let answer = timing.leader_answer;
        let later = (answer / 8).saturating_add(self.draw.up_to(answer));
        let interval = timing.activity_interval.saturating_add(later);
        self.activity.reported(self.now, interval);
        Outcome::Acted
    }

    /// Reports the user's activity: on the socket, or by a call where another tab has it or none.
    pub(super) fn report_activity(&mut self) {
        if let Some(socket) = self.connection.open_socket() {
            let message = ClientMessage::Activity;
            self.order(Effect::SendMessage { socket, message });
        } else {
            let call = self.ids.call();
            self.activity_call = Some(call);
            let rate = &self.policy.rates.extension;
            self.extensions.spend(self.now, rate);
            let token = self.token.usable(self.now).map(|held| held.token.clone());
            self.order(Effect::RequestExtension { call, token });
        }
        self.notify(TabNoticeKind::Active, None);
    }

    /// Returns when the report of activity that is due goes out, if it can: on the socket at once, by
    /// a call as often as any extension, and after a while if nobody has a socket.
    pub(super) fn report_at(&self) -> Option<Duration> {
        let due = self.activity.deadline()?;
        if !matches!(self.session, Session::Active { .. }) {
            return None;
        }
        if self.connection.open_socket().is_some() {
            return Some(due);
        }
        let paced = self.extensions.earliest();
        if matches!(&self.role, Role::Follower(follower) if follower.leader_is_live()) {
            return Some(due.max(paced));
        }
        self.token.usable(self.now)?;
        let patience = self.policy.timing.report_patience;
        Some(due.saturating_add(patience).max(paced))
    }

    /// Returns whether this call reported activity.
    pub(super) fn reported_by(&mut self, call: CallId) -> bool {
        let ours = self.activity_call == Some(call);
        if ours {
            self.activity_call = None;
        }
        ours
    }
}
