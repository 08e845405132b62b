/** Whether the person asked the system for less motion. CSS honours that by itself; scripts ask here. */
export const prefersStill = () =>
  window.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
