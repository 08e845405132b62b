const sessions = (n: number) => (n <= 1 ? `${n} séance` : `${n} séances`);

export const plan = {
  title: "Votre semaine",
  example: "Ceci est un exemple. Dites-nous pourquoi vous vous entraînez, et elle sera la vôtre.",
  toGoals: "Choisir ses objectifs",
  changeGoals: "Modifier les objectifs",
  sessions,
  week: "Semaine",
  weekOf: (n: number) => `Semaine ${n} sur 4`,
  weekHints: {
    1: "Un début tranquille : trouvez votre rythme.",
    2: "Un peu plus de travail, un peu moins de pause.",
    3: "Encore plus de travail : cela commence à se voir.",
    4: "La plus intense des quatre. Ensuite, on recommence.",
  },
  another: "Un autre plan",
  anotherTitle: "Un autre plan ?",
  anotherHint:
    "Vous aurez d’autres exercices et commencerez à la semaine 1. Votre historique est conservé.",
  again: "Reprendre les mêmes exercices",
  ticked: (done: number, all: number) =>
    done <= 1 ? `${done} sur ${all} terminée` : `${done} sur ${all} terminées`,
  weekDone: "Cette semaine est terminée.",
  nextWeek: (n: number) => `Passer à la semaine ${n}`,
  allDone: "Les quatre semaines sont derrière vous. Reprenez-les, ou prenez un autre plan.",
  today: "Aujourd’hui",
  rest: "Repos",
  done: "Terminée",
  rounds: (n: number) => (n <= 1 ? `${n} tour` : `${n} tours`),
  exercises: (n: number) => (n <= 1 ? `${n} exercice` : `${n} exercices`),
  start: "Ouvrir la séance",
  startAgain: "Rouvrir",
  startLabel: (start: string, day: string, title: string) => `${start} : ${day}, ${title}`,
  why: "Pourquoi cette séance",
  loosen: "Ce que vous pouvez assouplir",
  loosenAdvice:
    "Permettez davantage dans vos objectifs : un niveau plus élevé, plus de matériel, moins à éviter ou moins de jours.",
  weekdays: {
    monday: "Lundi",
    tuesday: "Mardi",
    wednesday: "Mercredi",
    thursday: "Jeudi",
    friday: "Vendredi",
    saturday: "Samedi",
    sunday: "Dimanche",
  },
  weekdaysShort: {
    monday: "Lun",
    tuesday: "Mar",
    wednesday: "Mer",
    thursday: "Jeu",
    friday: "Ven",
    saturday: "Sam",
    sunday: "Dim",
  },
  titles: {
    full_body: "Corps entier",
    full_body_and_cardio: "Corps entier et cardio",
    lower_body: "Bas du corps",
    lower_body_and_cardio: "Bas du corps et cardio",
    upper_body: "Haut du corps",
    upper_body_and_core: "Haut du corps et tronc",
    core: "Tronc",
    mobility: "Mobilité",
  },
  groups: { lower_body: "Bas du corps", upper_body: "Haut du corps", core: "Tronc" },
  groupsIn: { lower_body: "le bas du corps", upper_body: "le haut du corps", core: "le tronc" },
  reasons: {
    rest_day: "Les muscles se développent entre les séances, pas pendant.",
    chosen_day: "Vous avez choisi ce jour.",
    after_rest: (days: number) =>
      days <= 1
        ? "Vous y venez reposé, après un jour sans séance."
        : `Vous y venez reposé, après ${days} jours sans séance.`,
    other_muscles: (day: string, muscles: string) =>
      `${day}, vous avez travaillé ${muscles} : ces muscles se reposent aujourd’hui.`,
    after_easy_day: (day: string) => `${day}, la séance était douce : rien à récupérer.`,
    recovery: (day: string) =>
      `${day}, la séance était intense : une séance douce laisse les muscles se reposer.`,
    whole_body: "Tout le corps travaille, car il peut se reposer avant et après.",
    split: (muscles: string) =>
      `Seulement ${muscles}, pour que les séances voisines travaillent tout le reste.`,
    for_goal: {
      fitness: "Pour la forme : un peu de tout.",
      strength:
        "Pour la force : un travail contre résistance, avec de longues pauses pour garder toute votre force.",
      weight:
        "Pour perdre du poids : autant de cardio qu’il vous convient, avec des pauses courtes.",
      mobility: "Des mouvements lents et des étirements gardent les articulations souples.",
    },
    gentle_moves:
      "Des mouvements d’échauffement complètent la séance, car peu d’exercices conviennent à vos objectifs.",
    first_week: (work: number, rest: number) =>
      `On commence avec ${work} s d’effort et ${rest} s de pause ; chaque semaine, un peu de pause devient de l’effort.`,
    more_work: (work: number, workBefore: number, rest: number, restBefore: number) =>
      `${work} s d’effort au lieu de ${workBefore}, et ${rest} s de pause au lieu de ${restBefore}.`,
    faster: "Les exercices vont plus vite que la semaine précédente.",
    no_warm_up: "Pas de place pour un échauffement : bougez un peu avant de commencer.",
    no_cool_down: "Pas de place pour un retour au calme : prenez une minute après la séance.",
  },
  export: "Ajouter au calendrier",
  exportTitle: "Ajouter la semaine au calendrier",
  exportHint: "Un fichier que tout calendrier sait ouvrir, avec un lien vers chaque séance.",
  exportWhen: "Quelle semaine",
  thisWeek: "Cette semaine",
  comingWeek: "La semaine prochaine",
  exportTime: "Heure",
  exportFile: "Enregistrer le fichier",
  exportCount: (n: number) =>
    n === 0 ? "Il ne reste aucune séance cette semaine." : `Il contiendra ${sessions(n)}.`,
  exportName: (week: number) => `virtual-coach-semaine-${week}.ics`,
  history: "Historique",
  noHistory:
    "Les séances que vous suivez presque jusqu’au bout sont conservées ici. À partir de 5 minutes, elles comptent pour vos semaines de suite.",
  streak: (n: number) => (n <= 1 ? `${n} semaine` : `${n} semaines`),
  streakLabel: "de suite avec une séance de 5 minutes ou plus",
  total: "en tout",
  minutesShort: (n: number) => `${n} min`,
  chart: "Minutes par semaine",
  chartOf: "Minutes d’entraînement pendant chacune des huit dernières semaines",
  weekFrom: "Semaine du",
  minutesHead: "Minutes",
  sessionsHead: "Séances",
  showAll: (n: number) => `Tout afficher (${n})`,
  forget: "Effacer l’historique",
  forgetTitle: "Effacer l’historique ?",
  forgetHint:
    "La série, le graphique et les séances cochées de votre plan disparaîtront aussi. C’est définitif.",
  forgetConfirm: "Effacer",
} as const;
