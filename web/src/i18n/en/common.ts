export const common = {
  loading: "Loading",
  retry: "Try again",
  close: "Close",
  cancel: "Cancel",
  remove: "Remove",
  minutes: (n: number) => (n === 1 ? "1 minute" : `${n} minutes`),
  seconds: (n: number) => (n === 1 ? "1 second" : `${n} seconds`),
  kcal: (n: number) => `${n} kcal`,
  left: "left",
  right: "right",
  easy: "Easy",
  medium: "Medium",
  hard: "Hard",
  loopback:
    "This page is open at an address that only this computer knows. Open it by the computer’s name or address in your network first.",
} as const;
