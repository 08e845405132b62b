import { render, screen, within } from "@testing-library/react";
import { expect, it } from "vitest";
import { Problem } from "@/api/problem";
import { LocaleProvider } from "@/i18n";
import { ProblemNote } from "./problem";

async function show(errors: readonly object[]) {
  const body = JSON.stringify({ type: "/problems/invalid-request", title: "Unusable", errors });
  const problem = await Problem.of(new Response(body, { status: 422 }));
  render(
    <LocaleProvider locale="fr">
      <ProblemNote problem={problem} />
    </LocaleProvider>,
  );
  return screen.getByRole("alert");
}

const short = {
  pointer: "",
  detail: "a workout of exactly 30:00 cannot be made",
  code: "no_workout_of_length",
  values: { asked: 1800, below: 868, no_repeat: true },
};
const fast = { pointer: "/config/speed", detail: "speed must be from 0.5 to 2, not 9" };

it("says the one thing that is wrong in the page's words", async () => {
  const alert = await show([short]);
  expect(alert).toHaveTextContent("Aucune séance de 30 min exactement avec ces réglages");
  expect(alert).not.toHaveTextContent("workout");
  expect(within(alert).queryByRole("list")).toBeNull();
});

it("lists several, and marks what only the server has words for as English", async () => {
  const alert = await show([short, fast]);
  expect(within(alert).getAllByRole("listitem")).toHaveLength(2);
  expect(within(alert).getByText(fast.detail)).toHaveAttribute("lang", "en");
  expect(within(alert).getByText(/au plus 14 min/)).not.toHaveAttribute("lang");
});
