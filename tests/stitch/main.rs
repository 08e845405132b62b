//! The stitch renderer from outside: what FFmpeg decodes of its videos, against what was asked for, and
//! against the graph.

mod against_graph;
mod decoders;
mod exact;
mod eyes;
#[path = "../fixture/mod.rs"]
mod fixture;
mod instants;
mod long;
#[path = "../program/mod.rs"]
mod program;
mod robust;
