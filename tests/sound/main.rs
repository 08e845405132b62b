//! The sound of workouts: mixed while it is rendered, made of coded cues, and recorded where clips
//! have sound of their own.

#[path = "../fixture/mod.rs"]
mod fixture;
mod frame_alignment;
mod mixed;
#[path = "../program/mod.rs"]
mod program;
mod recorded;
