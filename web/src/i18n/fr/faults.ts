export const faults = {
  no_workout_of_length: {
    atMost: (asked: string, below: string) =>
      `Aucune séance de ${asked} exactement avec ces réglages : au plus ${below}.`,
    atLeast: (asked: string, above: string) =>
      `Aucune séance de ${asked} exactement avec ces réglages : au moins ${above}.`,
    between: (asked: string, below: string, above: string) =>
      `Aucune séance de ${asked} exactement avec ces réglages : au plus ${below}, ou au moins ${above}.`,
    none: (asked: string) => `Aucune séance de ${asked} exactement avec ces réglages.`,
    shorten: "Ajoutez des difficultés ou raccourcissez la séance.",
    shortenOrRepeat:
      "Ajoutez des difficultés, autorisez les répétitions ou raccourcissez la séance.",
    otherLength: "Choisissez une autre durée ou des temps plus courts.",
    shorterTimes: "Choisissez une séance plus longue ou des temps plus courts.",
  },
  no_exercise_matches: "Aucun exercice ne correspond à ces réglages.",
  too_few_exercises: {
    none: "Aucun exercice ne correspond à ces objectifs.",
    few: (left: number, needed: number) =>
      left === 1
        ? `Un seul exercice convient, et il en faut ${needed} par séance.`
        : `Seuls ${left} exercices conviennent, et il en faut ${needed} par séance.`,
    fewerDays: "Choisissez moins de jours, avec du repos entre eux.",
  },
  would: (ways: string) => `Il y en aurait ${ways}.`,
  ways: {
    with_any_level: (n: number) => `${n} avec toutes les difficultés`,
    with_jumps: (n: number) => `${n} avec des sauts`,
    with_floor: (n: number) => `${n} avec des exercices au sol`,
    with_kneeling: (n: number) => `${n} avec des exercices à genoux`,
    with_nothing_avoided: (n: number) => `${n} sans rien exclure`,
    with_medium: (n: number) => `${n} au niveau moyen`,
    with_hard: (n: number) => `${n} au niveau difficile`,
    with_any_equipment: (n: number) => `${n} avec tout le matériel`,
  },
  too_long: (takes: string, most: string) =>
    `La séance durerait ${takes} ; le maximum est de ${most}.`,
  too_many_intervals: (n: number, most: number) =>
    `La séance aurait ${n} intervalles ; le maximum est de ${most}.`,
  roundsFit: (n: number) => (n === 1 ? "Un seul tour est possible." : `${n} tours sont possibles.`),
  fewer: "Prenez moins d’exercices ou des temps plus courts.",
  rounds_repeat:
    "Plusieurs tours répètent les exercices : prenez un seul tour ou autorisez les répétitions.",
  takeOut: "Retirez-le de la séance.",
  takeOutOrAllow: "Retirez-le ou changez le réglage.",
} as const;
