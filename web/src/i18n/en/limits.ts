export const limits = {
  title: "Your limits, the same as in your goals",
  hint: "The same as in your goals: they hold for all that we choose and offer.",
  level: (level: string) => `Level: ${level}`,
  jumps: "No jumps",
  floor: "Nothing on the floor",
  kneeling: "No kneeling",
  equipment: (tools: string) => `Only with: ${tools}`,
  lift: "Lift this limit",
  outside: (n: number) => `${n} outside your limits`,
} as const;
