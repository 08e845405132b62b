export const limits = {
  title: "Vos limites, les mêmes que dans vos objectifs",
  hint: "Les mêmes que dans vos objectifs : elles valent pour tout ce que nous choisissons et proposons.",
  level: (level: string) => `Niveau : ${level}`,
  jumps: "Sans saut",
  floor: "Rien au sol",
  kneeling: "Rien à genoux",
  equipment: (tools: string) => `Seulement avec : ${tools}`,
  lift: "Lever cette limite",
  outside: (n: number) => `${n} hors de vos limites`,
} as const;
