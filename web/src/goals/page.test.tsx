import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { useExercises } from "@/api/queries";
import { GoalsPage } from "./page";
import { useGoals } from "./store";

vi.mock("@/api/queries", { spy: true });
type Exercises = ReturnType<typeof useExercises>;

beforeEach(() => {
  // jsdom lays nothing out; the slider asks for its size.
  vi.stubGlobal(
    "ResizeObserver",
    class {
      observe() {}
      unobserve() {}
      disconnect() {}
    },
  );
  const catalogue = [{ equipment: ["dumbbell"] }, { equipment: ["dumbbell", "sandbag"] }];
  vi.mocked(useExercises).mockReturnValue({ data: catalogue, isPending: false } as Exercises);
  useGoals.setState(useGoals.getInitialState());
});

function show() {
  render(<GoalsPage />);
}

describe("goals", () => {
  it("are kept at once, and it says so", async () => {
    show();
    expect(screen.queryByText("Saved in this browser")).toBeNull();
    await userEvent.click(await screen.findByRole("radio", { name: /^Strength\s*Work against/ }));
    expect(screen.getByText("Saved in this browser")).toBeInTheDocument();
    const kept = JSON.parse(localStorage.getItem("goals") ?? "{}");
    expect(kept.state).toMatchObject({ aimed: true, goals: { goal: "strength", days: 3 } });
  });

  it("can be chosen with the arrow keys", async () => {
    show();
    (await screen.findByRole("radio", { name: /^Fitness\s*A bit of/ })).focus();
    await userEvent.keyboard("{ArrowDown}{ArrowDown}");
    expect(screen.getByRole("radio", { name: /^Weight loss\s*Half of/ })).toHaveFocus();
  });

  it("have the equipment of the catalogue, also what we have no word for", async () => {
    show();
    await userEvent.click(await screen.findByRole("button", { name: "sandbag" }));
    await userEvent.click(screen.getByRole("button", { name: "Dumbbells" }));
    expect(useGoals.getState().goals.equipment).toEqual(["sandbag", "dumbbell"]);
  });

  it("keep the last weight that was one", async () => {
    show();
    const field = await screen.findByRole("textbox", { name: "Your weight" });
    await userEvent.clear(field);
    await userEvent.type(field, "700");
    expect(field).toBeInvalid();
    expect(field).toHaveAccessibleDescription(/From 20 to 300 kg/);
    expect(useGoals.getState().goals.weight).toBe(70);
    await userEvent.tab();
    expect(field).toHaveValue("70");
    await userEvent.clear(field);
    await userEvent.type(field, "62,5");
    expect(useGoals.getState().goals.weight).toBe(62.5);
  });
});
