/** Exercises for tests, with what a test is not about filled in. */
import type { Exercise } from "@/api/client";

export function exercise(id: string, facts: Partial<Exercise> = {}): Exercise {
  const name = facts.name ?? id;
  return {
    id,
    name,
    description: `How to do ${name}.`,
    translations: {},
    icon: "💪",
    category: "strength",
    difficulty: "medium",
    has_jump: false,
    position: null,
    sides: "both",
    muscles: { primary: ["chest"], secondary: [] },
    equipment: [],
    met: 4,
    default_duration: 40,
    attribution: { license: "CC0-1.0", author: "somebody", source: "a test" },
    available: true,
    thumbnail_url: `/api/exercises/${id}/poster.jpg`,
    video_url: `/api/exercises/${id}/preview.mp4`,
    metadata: { muscles_targeted: [], equipment_needed: [], calories_per_min: 4 },
    ...facts,
  };
}
