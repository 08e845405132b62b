export const common = {
  loading: "Chargement",
  retry: "Réessayer",
  close: "Fermer",
  cancel: "Annuler",
  remove: "Retirer",
  minutes: (n: number) => (n <= 1 ? `${n} minute` : `${n} minutes`),
  seconds: (n: number) => (n <= 1 ? `${n} seconde` : `${n} secondes`),
  kcal: (n: number) => `${n} kcal`,
  left: "gauche",
  right: "droite",
  easy: "Facile",
  medium: "Moyen",
  hard: "Difficile",
  loopback:
    "Cette page est ouverte à une adresse que seul cet ordinateur connaît. Ouvrez-la d’abord par le nom ou l’adresse de l’ordinateur sur votre réseau.",
} as const;
