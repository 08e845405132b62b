//! The HUD: the bar below the exercise, as pixels.
