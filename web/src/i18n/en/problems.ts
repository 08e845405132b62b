/** What went wrong and what to do, by the problem's type; see the server's `/problems/...`. */
export const problems = {
  unreachable: {
    title: "The server does not answer",
    advice: "Check that it runs and that you are connected, then try again.",
  },
  "no-exercise": { title: "No exercise", advice: "Add an exercise, or let us choose." },
  "unknown-exercise": {
    title: "An exercise is gone",
    advice: "The server no longer has it. Remove it from the session.",
  },
  "invalid-request": {
    title: "These settings do not fit together",
    advice: "Change what is named below.",
  },
  capacity: {
    title: "The server is busy",
    advice: "It makes as many videos as it can. Try again in a moment.",
  },
  "workout-changed": {
    title: "This workout has changed",
    advice: "Its exercises are not the same any more. Make a new one.",
  },
  "unknown-workout": {
    title: "This link is not whole",
    advice: "Copy it again, all of it.",
  },
  "link-too-long": {
    title: "Too many exercises",
    advice: "Use fewer different exercises in one session.",
  },
  "render-failed": {
    title: "The video could not be made",
    advice: "A clip may be broken. The server's log says more.",
  },
  "render-timeout": {
    title: "The video took too long",
    advice: "The server is too slow just now. Try again.",
  },
  starting: {
    title: "The server is still starting",
    advice: "It looks at its clips. Try again in a moment.",
  },
  "shutting-down": { title: "The server stops", advice: "Try again in a moment." },
  other: {
    title: "That did not work",
    advice: "Try again. If it stays so, look into the server's log.",
  },
} as const;
