//! The French words. French typography puts a no-break space before a colon.

use super::{Kinds, Words};

pub(super) static WORDS: Words = Words {
    labels: Kinds {
        get_ready: "Préparez-vous",
        warm_up: "Échauffement",
        work: "Effort",
        rest: "Repos",
        round_rest: "Repos entre les tours",
        cool_down: "Retour au calme",
        finish: "Bravo",
    },
    headings: Kinds {
        get_ready: "PRÉPAREZ-VOUS",
        warm_up: "ÉCHAUFFEMENT",
        work: "EFFORT",
        rest: "REPOS",
        round_rest: "REPOS ENTRE LES TOURS",
        cool_down: "RETOUR AU CALME",
        finish: "FIN",
    },
    next: "Ensuite\u{a0}: ",
    colon: "\u{a0}: ",
    left: "gauche",
    right: "droite",
    breathe: "Reprenez votre souffle",
    the_end: "Fin",
    round: "TOUR",
    exercise: "EXERCICE",
    round_of: |round, rounds| format!("tour {round} sur {rounds}"),
    exercise_of: |position, positions| format!("exercice {position} sur {positions}"),
    in_round: |name, round| format!("{name}, tour {round}"),
    soon: |what, seconds| format!("{what} dans {seconds}"),
    workout: |time, kcal| format!("Séance, {time}, environ {kcal:.0}\u{a0}kcal"),
    times: |part, rounds| format!("{part}, {rounds} tours"),
    each_side: |time| format!("{time} de chaque côté"),
    between: |least, most| format!("{least} à {most}"),
};
