//! A second reading of a request, which shares no code with the planner.

use serde_json::Value;
use virtual_coach::catalogue::{Catalogue, Category, Difficulty, Exercise};
use virtual_coach::units::{Frames, Speed};

pub struct Asked<'a>(pub &'a Value);

impl Asked<'_> {
    pub fn config(&self, field: &str) -> &Value {
        &self.0["config"][field]
    }
    pub fn flag(&self, field: &str) -> bool {
        self.config(field).as_bool().unwrap_or(false)
    }
    pub fn seconds(&self, field: &str, default: f64) -> Frames {
        let seconds = self.config("intervals")[field].as_f64().unwrap_or(default);
        Frames((seconds * 30.0).round() as u64)
    }
    pub fn rest(&self) -> Frames {
        self.seconds("rest_time", 20.0)
    }
    pub fn round_rest(&self) -> Frames {
        match self.config("intervals")["round_rest_time"].as_f64() {
            Some(seconds) => Frames((seconds * 30.0).round() as u64),
            None => self.rest(),
        }
    }
    pub fn target(&self) -> Frames {
        let minutes = self.config("target_duration").as_f64().unwrap_or(30.0);
        Frames((minutes * 1800.0).round() as u64)
    }
    pub fn speed(&self) -> Speed {
        let by_intensity = match self.config("intensity").as_str() {
            Some("low_impact") => 0.8,
            Some("High_Intensity") => 1.2,
            _ => 1.0,
        };
        Speed::from_f64(self.config("speed").as_f64().unwrap_or(by_intensity)).unwrap()
    }
    pub fn equipment(&self) -> Option<Vec<&str>> {
        let list = self.config("equipment").as_array()?;
        Some(list.iter().filter_map(Value::as_str).collect())
    }
    pub fn allows_level(&self, level: Difficulty) -> bool {
        let name = format!("{level:?}").to_lowercase();
        let levels = self.config("intensity_levels").as_array();
        levels.is_none_or(|list| list.iter().any(|l| l.as_str().unwrap().to_lowercase() == name))
    }
    /// (name, work, speed) of every listed exercise.
    pub fn listed(&self) -> Option<Vec<(String, Frames, Speed)>> {
        let (work, speed) = (self.seconds("work_time", 40.0), self.speed());
        if let Some(names) = self.0["exercise_names"].as_array() {
            let name = |n: &Value| (n.as_str().unwrap().to_owned(), work, speed);
            return Some(names.iter().map(name).collect());
        }
        let own = |e: &Value| {
            let work = e["work_time"]
                .as_f64()
                .map_or(work, |s| Frames((s * 30.0).round() as u64));
            let speed = e["speed"].as_f64().map_or(speed, |s| Speed::from_f64(s).unwrap());
            (e["id"].as_str().unwrap().to_owned(), work, speed)
        };
        Some(self.0["exercises"].as_array()?.iter().map(own).collect())
    }
    /// Whether the planner may choose an exercise of the given categories.
    pub fn allows(&self, exercise: &Exercise, catalogue: &Catalogue) -> bool {
        let at_hand = self.equipment().unwrap_or_default();
        catalogue.unavailable(&exercise.id).is_none()
            && !(self.flag("no_jump") && exercise.has_jump)
            && exercise.equipment.iter().all(|e| at_hand.contains(&e.as_str()))
    }
}

pub fn is_work(exercise: &Exercise) -> bool {
    matches!(
        exercise.category,
        Category::Strength | Category::Cardio | Category::Core
    )
}
