import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { Problem } from "@/api/problem";
import { useExercises } from "@/api/queries";
import { useGoals, WEEKDAYS } from "@/goals/store";
import { useHistory } from "@/history/store";
import { LocaleProvider } from "@/i18n";
import type { Locale } from "@/i18n/texts";
import { useSession } from "@/session/store";
import * as server from "./api";
import { PlanPage } from "./page";
import { sampleSession } from "./sample";
import { usePlanned } from "./store";

const push = vi.fn();
vi.mock("next/navigation", () => ({ useRouter: () => ({ push }), usePathname: () => "/plan/" }));
vi.mock("./api", { spy: true });
vi.mock("@/api/queries", { spy: true });

/** Sessions on Monday and Thursday. */
const weekOf = ({ week, seed }: server.WeekRequest): server.PlannedWeek => ({
  week,
  seed,
  sessions: 2,
  duration: 2400,
  kcal: 160,
  goal: "fitness",
  notes: [],
  days: WEEKDAYS.map((weekday) => {
    const trains = weekday === "monday" || weekday === "thursday";
    const code = trains ? "after_rest" : "rest_day";
    const reasons = [{ code, values: { days: 2 }, text: code }];
    return { weekday, session: trains ? sampleSession() : null, reasons };
  }),
});

function show(locale: Locale = "en") {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <LocaleProvider locale={locale}>
      <QueryClientProvider client={client}>
        <PlanPage />
      </QueryClientProvider>
    </LocaleProvider>,
  );
}

const monday = () => screen.findByRole("region", { name: "Monday, Full body" });

beforeEach(async () => {
  push.mockReset();
  // Without the catalogue a week has its own names.
  vi.mocked(useExercises).mockReturnValue({ data: undefined } as ReturnType<typeof useExercises>);
  vi.mocked(server.planWeek).mockImplementation(async (request) => weekOf(request));
  usePlanned.setState({ seed: 7, since: "2026-11-10T08:00:00Z", week: 1 });
  useHistory.setState({ done: [] });
  useGoals.setState(useGoals.getInitialState());
});

describe("the plan", () => {
  it("shows seven days, with reasons in the language of the page", async () => {
    show("fr");
    await screen.findByRole("region", { name: "Lundi, Corps entier" });
    expect(screen.getAllByText("Repos")).toHaveLength(5);
    expect(screen.getAllByText("Vous y venez reposé, après 2 jours sans séance.")).toHaveLength(2);
    expect(screen.getByRole("link", { name: "Choisir ses objectifs" })).toHaveAttribute(
      "href",
      expect.stringMatching(/^\/fr\/goals/),
    );
  });

  it("opens a session in Train under the name of its day, with the looks that were chosen", async () => {
    useSession.getState().configure({ resolution: "1080p", cues: false });
    show();
    await userEvent.click(within(await monday()).getByRole("button"));
    expect(push).toHaveBeenCalledWith("/");
    const { items, setup } = useSession.getState();
    expect(items.map(({ id }) => id)).toEqual(["plank", "push-ups", "skater"]);
    expect(setup).toMatchObject({ rounds: 3, work: 31, resolution: "1080p", cues: false });
    expect(useSession.getState()).toHaveProperty("planned", "1-monday");
  });

  it("asks for another week with the same seed, and leads on when one is done", async () => {
    const entry = { token: "t", title: "Full body", seconds: 1200, kcal: 80 };
    const done = ["1-monday", "1-thursday"].map((planned) => ({
      ...entry,
      planned,
      at: "2026-11-11T08:00:00Z",
    }));
    useHistory.setState({ done });
    show();
    expect(within(await monday()).getByText("Done")).toBeVisible();
    await userEvent.click(screen.getByRole("button", { name: "Go on to week 2" }));
    await waitFor(() =>
      expect(vi.mocked(server.planWeek).mock.lastCall?.[0]).toMatchObject({ week: 2, seed: 7 }),
    );
    await screen.findByText("0 of 2 done");
  });

  it("says what to loosen where no week can be made", async () => {
    const fault = {
      pointer: "/avoid",
      detail: "no exercise of work is left: allow floor exercises",
    };
    const body = JSON.stringify({
      type: "/problems/invalid-request",
      title: "Unusable",
      errors: [fault],
    });
    const refusal = await Problem.of(new Response(body, { status: 422 }));
    vi.mocked(server.planWeek).mockRejectedValue(refusal);
    show();
    expect(await screen.findByRole("alert")).toHaveTextContent(fault.detail);
    expect(screen.getByRole("link", { name: "Change goals" })).toHaveAttribute(
      "href",
      expect.stringMatching(/^\/goals/),
    );
    expect(screen.queryByRole("button", { name: "Try again" })).toBeNull();
  });

  it("can be asked again when the server was away", async () => {
    vi.mocked(server.planWeek).mockRejectedValueOnce(Problem.unreachable("offline"));
    show();
    await userEvent.click(await screen.findByRole("button", { name: "Try again" }));
    expect(await monday()).toBeVisible();
  });
});

describe("history", () => {
  it("is cleared after a question, not before", async () => {
    const at = new Date().toISOString();
    useHistory.setState({ done: [{ at, token: "t", title: "Legs", seconds: 1230, kcal: 80 }] });
    show();
    const table = await screen.findByRole("table");
    expect(within(table).getAllByRole("row").at(-1)).toHaveTextContent(/21.*1$/);
    await userEvent.click(screen.getByRole("button", { name: "Clear history" }));
    expect(screen.getByText("Legs")).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Clear it" }));
    expect(screen.queryByText("Legs")).toBeNull();
    expect(useHistory.getState().done).toEqual([]);
    await waitFor(() => expect(screen.getByRole("heading", { name: "History" })).toHaveFocus());
  });
});
