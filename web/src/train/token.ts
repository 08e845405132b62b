/** Which link of a workout the player opens. Pure. */
import type { Workout } from "@/api/client";

/** The player draws its own bar, so it plays the workout's link without one, if the server names it. */
export function tokenToPlay({ links }: Workout): string {
  const twin: { without_hud?: string; self: string } = links;
  return (twin.without_hud ?? twin.self).split("/").at(-1) ?? "";
}
