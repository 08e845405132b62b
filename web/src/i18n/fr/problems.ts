export const problems = {
  unreachable: {
    title: "Le serveur ne répond pas",
    advice: "Vérifiez qu’il fonctionne et que vous êtes connecté, puis réessayez.",
  },
  "no-exercise": {
    title: "Aucun exercice",
    advice: "Ajoutez un exercice, ou laissez-nous choisir.",
  },
  "unknown-exercise": {
    title: "Un exercice a disparu",
    advice: "Le serveur ne l’a plus. Retirez-le de la séance.",
  },
  "invalid-request": {
    title: "Ces réglages ne vont pas ensemble",
    advice: "Modifiez ce qui est indiqué ci-dessous.",
  },
  capacity: {
    title: "Le serveur est occupé",
    advice: "Il prépare déjà autant de vidéos qu’il peut. Réessayez dans un instant.",
  },
  "workout-changed": {
    title: "Cette séance a changé",
    advice: "Ses exercices ne sont plus les mêmes. Créez-en une nouvelle.",
  },
  "unknown-workout": {
    title: "Ce lien est incomplet",
    advice: "Copiez-le de nouveau, en entier.",
  },
  "link-too-long": {
    title: "Trop d’exercices",
    advice: "Utilisez moins d’exercices différents dans une séance.",
  },
  "render-failed": {
    title: "La vidéo n’a pas pu être créée",
    advice: "Un clip est peut-être abîmé. Le journal du serveur en dit plus.",
  },
  "render-timeout": {
    title: "La vidéo a pris trop de temps",
    advice: "Le serveur est trop lent en ce moment. Réessayez.",
  },
  starting: {
    title: "Le serveur démarre encore",
    advice: "Il examine ses clips. Réessayez dans un instant.",
  },
  "shutting-down": { title: "Le serveur s’arrête", advice: "Réessayez dans un instant." },
  other: {
    title: "Cela n’a pas marché",
    advice: "Réessayez. Si cela persiste, consultez le journal du serveur.",
  },
} as const;
