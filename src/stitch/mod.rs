//! Workouts put together from what was coded before, without encoding anything.

pub mod sound;
