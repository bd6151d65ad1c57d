//! The channel between the tabs of one browser.
//!
//! Invariant: only strings are read; anything else is refused like a malformed notice.

use std::fmt;

use session_core::Input;
use session_protocol::{TabNotice, WireError};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{BroadcastChannel, MessageEvent};

/// A channel that is closed when it is dropped.
pub struct Broadcast {
    channel: BroadcastChannel,
    _callback: Closure<dyn FnMut(MessageEvent)>,
}

impl Broadcast {
    /// Opens the channel of this name and hands each notice of another tab to `send`. Returns
    /// `None` where the browser has no such channel.
    pub fn open(name: &str, send: impl Fn(Input) + 'static) -> Option<Self> {
        let channel = BroadcastChannel::new(name).ok()?;
        let callback = Closure::new(move |event: MessageEvent| {
            let text = event.data().as_string().ok_or(WireError::NotAnObject);
            send(match text.and_then(|text| TabNotice::decode(&text)) {
                Ok(notice) => Input::TabNoticeReceived(notice),
                Err(error) => Input::TabNoticeRefused(error),
            });
        });
        channel.set_onmessage(Some(callback.as_ref().unchecked_ref()));
        Some(Self {
            channel,
            _callback: callback,
        })
    }

    /// Sends a notice to the other tabs.
    pub fn post(&self, notice: &TabNotice) {
        // A closed channel throws; this one is open as long as it exists.
        self.channel
            .post_message(&notice.encode().into())
            .unwrap_or_default();
    }
}

impl Drop for Broadcast {
    fn drop(&mut self) {
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

impl fmt::Debug for Broadcast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Broadcast")
            .field(&self.channel.name())
            .finish()
    }
}
