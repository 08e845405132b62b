/** Why settings make no session, and what to do, by the server's codes. Lengths are words already. */
export const faults = {
  no_workout_of_length: {
    atMost: (asked: string, below: string) =>
      `No session of exactly ${asked} with these settings: at most ${below}.`,
    atLeast: (asked: string, above: string) =>
      `No session of exactly ${asked} with these settings: at least ${above}.`,
    between: (asked: string, below: string, above: string) =>
      `No session of exactly ${asked} with these settings: at most ${below}, or at least ${above}.`,
    none: (asked: string) => `No session of exactly ${asked} with these settings.`,
    shorten: "Add difficulties, or shorten the session.",
    shortenOrRepeat: "Add difficulties, allow repeats, or shorten the session.",
    otherLength: "Choose another duration, or shorter times.",
    shorterTimes: "Choose a longer session, or shorter times.",
  },
  no_exercise_matches: "No exercise matches these settings.",
  too_few_exercises: {
    none: "No exercise suits these goals.",
    few: (left: number, needed: number) =>
      left === 1
        ? `Only 1 exercise suits, and a session needs ${needed}.`
        : `Only ${left} exercises suit, and a session needs ${needed}.`,
    fewerDays: "Choose fewer days, with rest between.",
  },
  would: (ways: string) => `There would be ${ways}.`,
  ways: {
    with_any_level: (n: number) => `${n} with all difficulties`,
    with_jumps: (n: number) => `${n} with jumps`,
    with_floor: (n: number) => `${n} with exercises on the floor`,
    with_kneeling: (n: number) => `${n} with exercises on the knees`,
    with_nothing_avoided: (n: number) => `${n} with nothing left out`,
    with_medium: (n: number) => `${n} at the medium level`,
    with_hard: (n: number) => `${n} at the hard level`,
    with_any_equipment: (n: number) => `${n} with all equipment`,
  },
  too_long: (takes: string, most: string) =>
    `The session would take ${takes}; ${most} is the most.`,
  too_many_intervals: (n: number, most: number) =>
    `The session would have ${n} intervals; ${most} is the most.`,
  roundsFit: (n: number) => (n === 1 ? "One round fits." : `${n} rounds fit.`),
  fewer: "Take fewer exercises, or shorter times.",
  rounds_repeat: "Several rounds repeat the exercises: take one round, or allow repeats.",
  takeOut: "Take it out of the session.",
  takeOutOrAllow: "Take it out, or change the setting.",
} as const;
