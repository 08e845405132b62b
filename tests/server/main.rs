//! The server from outside: real HTTP, real FFmpeg, what a client sees of it.

mod access;
mod chaos;
mod children;
mod clips;
mod downloads;
mod endings;
mod full_disk;
mod http;
mod links;
mod problems;
#[path = "../program/mod.rs"]
mod program;
mod queues;
#[path = "../studio/mod.rs"]
mod studio;
mod videos;
mod week;
