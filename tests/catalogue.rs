//! Checks the included catalogue against the included clips.

use std::path::Path;

use virtual_coach::catalogue::Catalogue;

#[test]
fn every_exercise_has_its_clip() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let catalogue = Catalogue::load(&root.join("exercises.json")).unwrap();
    let missing: Vec<&str> = catalogue
        .exercises()
        .iter()
        .map(|exercise| exercise.video.as_str())
        .filter(|video| !root.join("videos").join(video).is_file())
        .collect();
    assert!(
        missing.is_empty(),
        "exercises.json names clips that are not in videos/: {missing:?}"
    );
}
