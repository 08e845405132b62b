//! What is heard: mixed while it is rendered, laid frame by frame, recorded where clips have sound of their own.

#[path = "../fixture/mod.rs"]
mod fixture;
mod frame_alignment;
mod mixed;
#[path = "../program/mod.rs"]
mod program;
mod recorded;
