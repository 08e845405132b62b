export const frame = {
  product: "Virtual Coach",
  tagline: "Workouts you follow along, made while you watch.",
  goals: "Goals",
  plan: "Plan",
  train: "Train",
  navigation: "Main",
  skip: "Skip to content",
  language: "Language",
  theme: "Theme",
  light: "Light",
  dark: "Dark",
  system: "As the system",
} as const;
