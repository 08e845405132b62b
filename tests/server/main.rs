//! The server from outside: real HTTP, real FFmpeg, what a client sees of it.

mod access;
mod clips;
mod downloads;
mod endings;
mod http;
mod links;
mod problems;
#[path = "../program/mod.rs"]
mod program;
#[path = "../studio/mod.rs"]
mod studio;
mod videos;
mod week;
