//! Tests of the server from outside: real HTTP, real FFmpeg, as a client sees them.

mod access;
mod chaos;
mod children;
mod clips;
mod downloads;
mod endings;
#[path = "../fixture/mod.rs"]
mod fixture;
mod full_disk;
mod http;
mod links;
mod problems;
#[path = "../program/mod.rs"]
mod program;
mod queues;
mod videos;
mod week;
