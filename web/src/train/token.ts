/** Which link of a workout the player opens. Pure. */
import type { Workout } from "@/api/client";

/** The player draws its own bar, so it plays the workout's link without one. */
export function tokenToPlay({ links }: Workout): string {
  return links.without_hud.split("/").at(-1) ?? "";
}
