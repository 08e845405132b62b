//! Tests of the stitch renderer from outside: the decoded frames of its videos, compared with the
//! request and with the graph.

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
