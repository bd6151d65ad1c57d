//! Stories in the order of a session's life, told with a virtual clock.

mod activity;
mod beginning;
mod comparison;
mod connection;
mod edges;
mod ending;
mod left;
mod logout;
mod naming;
mod network;
mod presence;
mod reconnecting;
mod record;
mod refresh;
mod requests;
mod sharing;
mod tabs;
mod time;
mod token;
mod warning;
mod words;
