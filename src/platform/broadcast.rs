//! The channel between the tabs of one browser: a `BroadcastChannel`, or `storage` events where
//! there is none.
//!
//! Invariants: only strings are read; anything else is refused like a malformed notice. A tab hears
//! its own question for a leader, which proves that the channel carries, and nothing else of its
//! own; through storage the proof is that the question could be written. What could not be written
//! is told.
//!
//! Source: HTML, broadcasting to other browsing contexts (a channel object does not hear itself)
//! and web storage (a page does not hear of its own changes).

use std::{fmt, rc::Rc};

use session_core::Input;
use session_protocol::{TabNotice, TabNoticeKind, WireError};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent, StorageEvent};

use super::{Sink, listener::Listener, storage::Shelf, window};

const NOTICE: &str = "notice";

/// A channel that is closed when it is dropped.
pub struct Broadcast(Kind);

enum Kind {
    Channel {
        channel: BroadcastChannel,
        /// Sends what `channel` itself is to hear too.
        echo: BroadcastChannel,
        _callback: Closure<dyn FnMut(MessageEvent)>,
    },
    Stored {
        shelf: Shelf,
        sink: Sink,
        _listener: Listener,
    },
}

impl Broadcast {
    /// Opens the channel of this scope and hands each notice of another tab to `sink`. Returns
    /// `None` where tabs cannot tell each other anything.
    #[must_use]
    pub fn open(scope: &str, sink: &Sink) -> Option<Self> {
        let kind = Kind::channel(scope, sink).or_else(|| Kind::stored(scope, sink))?;
        Some(Self(kind))
    }

    /// Sends a notice to the other tabs.
    pub fn post(&self, notice: &TabNotice) {
        let asks = matches!(notice.kind, TabNoticeKind::Asking { .. });
        let text = notice.encode();
        match &self.0 {
            Kind::Channel { channel, echo, .. } => {
                let channel = if asks { echo } else { channel };
                // A closed channel throws; this one is open as long as it exists.
                channel.post_message(&text.into()).unwrap_or_default();
            }
            Kind::Stored { shelf, sink, .. } => {
                let written = shelf.write(NOTICE, &text).is_ok();
                shelf.remove(NOTICE);
                if !written {
                    sink(Input::TabNoticeUnsent);
                } else if asks {
                    sink(Input::TabNoticeReceived(notice.clone()));
                }
            }
        }
    }
}

impl Kind {
    fn channel(scope: &str, sink: &Sink) -> Option<Self> {
        let open = || BroadcastChannel::new(&["leptos-session.", scope].concat()).ok();
        let (channel, echo) = (open()?, open()?);
        let sink = Rc::clone(sink);
        let callback = Closure::new(move |event: MessageEvent| {
            sink(read(event.data().as_string()));
        });
        channel.set_onmessage(Some(callback.as_ref().unchecked_ref()));
        Some(Self::Channel {
            channel,
            echo,
            _callback: callback,
        })
    }

    fn stored(scope: &str, sink: &Sink) -> Option<Self> {
        let shelf = Shelf::new(scope);
        if !shelf.keeps() {
            return None;
        }
        let (key, theirs) = (shelf.full(NOTICE), Rc::clone(sink));
        let listener = Listener::new(&window(), "storage", move |event| {
            let event: &StorageEvent = event.unchecked_ref();
            // A notice is removed as soon as it is written.
            if event.key().as_ref() == Some(&key)
                && let text @ Some(_) = event.new_value()
            {
                theirs(read(text));
            }
        });
        Some(Self::Stored {
            shelf,
            sink: Rc::clone(sink),
            _listener: listener,
        })
    }
}

fn read(text: Option<String>) -> Input {
    let text = text.ok_or(WireError::NotAnObject);
    match text.and_then(|text| TabNotice::decode(&text)) {
        Ok(notice) => Input::TabNoticeReceived(notice),
        Err(error) => Input::TabNoticeRefused(error),
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        if let Kind::Channel { channel, echo, .. } = &self.0 {
            channel.set_onmessage(None);
            channel.close();
            echo.close();
        }
    }
}

impl fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0 {
            Kind::Channel { .. } => "Broadcast on a channel",
            Kind::Stored { .. } => "Broadcast through storage",
        })
    }
}
