//! Mutated fixtures: every decoder takes any text, refuses or reads it, and never panics.

use std::collections::BTreeMap;

use session_protocol::{
    ClientMessage, EndReason, MessageNames, ServerMessage, SessionConfig, SessionStatus, TabNotice,
    Value, duration,
    http::{LoginRequest, Problem, TicketResponse, TokenResponse, parse_body},
    names::same_name,
};

use crate::fixtures::{names, text};

const ROUNDS: u64 = 20_000;

/// Pieces that JSON parsers and field readers stumble over.
const PIECES: [&str; 20] = [
    "null",
    "-1",
    "1e308",
    "-0.0",
    "18446744073709551616",
    "true",
    "[]",
    "{}",
    "[[[[",
    "}}",
    "\"",
    "\\u0000",
    "\\ud83d",
    "\u{1f980}",
    ",",
    ":",
    "\"type\":",
    "\"seq\":",
    "999999999999",
    "\u{feff}",
];

#[test]
fn twenty_thousand_mutated_messages_make_no_decoder_panic() {
    let fixtures: Vec<_> = names().iter().map(|name| text(name)).collect();
    let mut draws = Draws(20_260_101);
    let mut outcomes = BTreeMap::<&'static str, u64>::new();
    for _ in 0..ROUNDS {
        let mut message = draws.pick(&fixtures).clone();
        for _ in 0..=draws.below(4) {
            message = draws.mutate(&message, &fixtures);
        }
        *outcomes.entry(decode_all(&message)).or_default() += 1;
    }
    for label in [
        "read",
        "not_json",
        "unknown_type",
        "missing_field",
        "wrong_field",
        "missing_type",
    ] {
        assert!(
            outcomes.contains_key(label),
            "the mutations never give {label}: {outcomes:?}"
        );
    }
}

/// Hands a text to every decoder; what is read is written and read again.
fn decode_all(message: &str) -> &'static str {
    let aliases = MessageNames::default();
    let server = ServerMessage::decode(message, &aliases);
    if let Ok(read) = &server {
        assert_eq!(
            ServerMessage::decode(&read.encode(), &aliases).as_ref(),
            Ok(read)
        );
    }
    if let Ok(read) = ClientMessage::decode(message) {
        assert_eq!(ClientMessage::decode(&read.encode()), Ok(read));
    }
    if let Ok(read) = TabNotice::decode(message) {
        assert_eq!(TabNotice::decode(&read.encode()), Ok(read));
    }
    if let Err(problems) = SessionConfig::parse(message) {
        assert!(!problems.is_empty());
    }
    assert!(same_name(message, message));
    assert!(EndReason::parse(message).is_none());
    assert!(duration::parse(message).is_err());
    if let Ok(body) = parse_body(message) {
        decode_bodies(&body);
    }
    server.map_or_else(|error| error.label(), |_| "read")
}

fn decode_bodies(body: &Value) {
    if let Ok(read) = LoginRequest::from_value(body) {
        assert_eq!(LoginRequest::from_value(&read.to_value()), Ok(read));
    }
    if let Ok(read) = TokenResponse::from_value(body) {
        assert_eq!(TokenResponse::from_value(&read.to_value()), Ok(read));
    }
    if let Ok(read) = TicketResponse::from_value(body) {
        assert_eq!(TicketResponse::from_value(&read.to_value()), Ok(read));
    }
    if let Ok(read) = SessionStatus::from_value(body) {
        assert_eq!(SessionStatus::from_value(&read.to_value()), Ok(read));
    }
    if let Ok(read) = Problem::from_value(body) {
        assert_eq!(Problem::from_value(&read.to_value()), Ok(read));
    }
}

/// Draws of a seed, the same on every machine (`SplitMix64`).
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        let limit = u64::try_from(limit.max(1)).expect("a small limit");
        usize::try_from(self.next() % limit).expect("a small number")
    }

    fn pick<'a, T>(&mut self, items: &'a [T]) -> &'a T {
        &items[self.below(items.len())]
    }

    /// Cuts, repeats, replaces or crosses, at borders of characters.
    fn mutate(&mut self, message: &str, others: &[String]) -> String {
        let piece = PIECES[self.below(PIECES.len())];
        let (start, end) = (self.border(message), self.border(message));
        let (start, end) = (start.min(end), start.max(end));
        let (head, middle, tail) = (&message[..start], &message[start..end], &message[end..]);
        match self.below(6) {
            0 => [head, tail].concat(),
            1 => [head, middle, middle, tail].concat(),
            2 => [head, piece, &message[start..]].concat(),
            3 => self.replace_value(message),
            4 => self
                .replace_value(message)
                .replacen('"', "'", self.below(2)),
            _ => {
                let other = self.pick(others);
                let cut = self.border(other);
                [head, &other[cut..]].concat()
            }
        }
    }

    /// Puts a piece where a value was, so that the text often stays JSON.
    fn replace_value(&mut self, message: &str) -> String {
        let colons: Vec<_> = message.match_indices(": ").map(|(at, _)| at + 2).collect();
        if colons.is_empty() {
            return message.to_owned();
        }
        let start = *self.pick(&colons);
        let piece = PIECES[self.below(PIECES.len())];
        let rest = &message[start..];
        let length = rest.find(['\n', ',']).unwrap_or(rest.len());
        [&message[..start], piece, &rest[length..]].concat()
    }

    fn border(&mut self, text: &str) -> usize {
        let mut at = self.below(text.len() + 1);
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}
