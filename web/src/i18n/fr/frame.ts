export const frame = {
  product: "Virtual Coach",
  tagline: "Des séances à suivre, créées pendant que vous regardez.",
  goals: "Objectifs",
  plan: "Semaine",
  train: "Séance",
  navigation: "Principal",
  skip: "Aller au contenu",
  language: "Langue",
  theme: "Thème",
  light: "Clair",
  dark: "Sombre",
  system: "Comme le système",
} as const;
