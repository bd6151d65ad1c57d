//! The model of the server.
