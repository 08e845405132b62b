import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { api } from "@/api/client";
import { Problem } from "@/api/problem";
import { useGoals } from "@/goals/store";
import { LocaleProvider } from "@/i18n";
import { exercise } from "@/library/exercise.fixture";
import { sample } from "@/player/sample";
import { usePlayback } from "@/player/store";
import { DEFAULT_SETUP, useSession } from "@/session/store";
import { TrainPage } from "./page";

vi.mock("@/player/player", () => ({ Player: () => null }));

const catalogue = [
  exercise("push-ups", { name: "Push-ups" }),
  exercise("burpee", { name: "Burpee", has_jump: true }),
  exercise("broken", { name: "Broken", available: false, unavailable_reason: "no clip" }),
];

const work = (id: string, position: number) => ({
  kind: "work",
  exercise: id,
  round: 1,
  rounds: 2,
  position,
});

/** Answers of the server; `posted` are the requests that it got. */
function server(answer: (path: string, body: { config: { seed: number } }) => unknown) {
  const posted: { path: string; body: unknown }[] = [];
  vi.spyOn(api, "GET").mockImplementation((async (path: string) => ({
    data: path.endsWith("/timeline") ? sample() : catalogue,
  })) as never);
  vi.spyOn(api, "POST").mockImplementation((async (path: string, { body }: { body: never }) => {
    posted.push({ path, body });
    return { data: answer(path, body) };
  }) as never);
  return posted;
}

const plan = (seed: number) => ({
  duration: 1200,
  kcal: 77.6,
  seed,
  notes: [],
  intervals: [work("burpee", 1), work("push-ups", 2)],
});

function show() {
  render(
    <QueryClientProvider client={new QueryClient()}>
      <LocaleProvider locale="en">
        <TrainPage />
      </LocaleProvider>
    </QueryClientProvider>,
  );
}

beforeEach(() => {
  useGoals.setState(useGoals.getInitialState());
  useSession.getState().load({ items: [], setup: DEFAULT_SETUP, chosen: null });
  usePlayback.getState().close();
  window.history.replaceState(null, "", "/");
  window.scrollTo = () => undefined;
});

const ids = () => useSession.getState().items.map(({ id }) => id);
const generateButton = () => screen.getByRole("button", { name: "Generate Training" });

it("makes a full session in one click and plays it without the bar", async () => {
  const posted = server((path, { config }) =>
    path === "/api/plan"
      ? plan(config.seed)
      : { links: { self: "/api/workouts/whole", without_hud: "/api/workouts/bare" } },
  );
  const user = userEvent.setup();
  show();
  expect(generateButton()).toHaveAttribute("aria-disabled", "true");
  await user.click(await screen.findByRole("button", { name: "Surprise me: 20 min" }));
  await waitFor(() => expect(ids()).toEqual(["burpee", "push-ups"]));
  expect(useSession.getState().setup.rounds).toBe(2);
  expect(await screen.findByText("Chosen for you: exactly 20 min")).toBeInTheDocument();
  expect(await screen.findByText("20:00, 78 kcal, 2 intervals")).toBeInTheDocument();

  await user.click(generateButton());
  const stage = { name: "open", token: "bare", autoplay: true, origin: { own: true } };
  await waitFor(() => expect(usePlayback.getState().stage).toEqual(stage));
  expect(posted.at(-1)).toEqual({ path: "/api/workouts", body: posted.at(-2)?.body });
});

it("asks once for many changes, and keeps the last total meanwhile", async () => {
  const posted = server((_, { config }) => plan(config.seed));
  const user = userEvent.setup();
  show();
  const add = await screen.findByRole("button", { name: "Add Push-ups" });
  await user.click(add);
  await waitFor(() => expect(posted).toHaveLength(1));
  expect(await screen.findByText("20:00")).toBeInTheDocument();
  await user.click(add);
  await user.click(add);
  expect(screen.getByText("20:00")).toBeInTheDocument();
  await waitFor(() => expect(posted).toHaveLength(2));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(posted).toHaveLength(2);
  expect(posted[1]?.body).toMatchObject({ exercises: Array(3).fill({ id: "push-ups" }) });
});

it("says before the server does what does not fit, and takes it out", async () => {
  const posted = server((_, { config }) => plan(config.seed));
  const user = userEvent.setup();
  show();
  await user.click(await screen.findByRole("button", { name: "Add Burpee" }));
  await waitFor(() => expect(generateButton()).toHaveAttribute("aria-disabled", "false"));
  await user.click(screen.getByRole("button", { name: "Add Push-ups" }));
  await waitFor(() => expect(posted).toHaveLength(2));
  useGoals.getState().limit({ avoid: ["jumps"] });
  expect(await screen.findByText("With a jump: Burpee.")).toBeInTheDocument();
  expect(generateButton()).toHaveAttribute("aria-disabled", "true");
  expect(posted).toHaveLength(2);
  await user.click(screen.getByRole("button", { name: "Take out" }));
  expect(ids()).toEqual(["push-ups"]);
  await waitFor(() => expect(generateButton()).toHaveAttribute("aria-disabled", "false"));
});

it("keeps the session when generating fails, and remembers its day when it works", async () => {
  let up = false;
  server((path, { config }) => {
    if (path === "/api/plan") return plan(config.seed);
    if (!up) throw Problem.unreachable("no network");
    return { links: { without_hud: "/api/workouts/bare" } };
  });
  const items = [{ key: "k", id: "push-ups" }];
  useSession.getState().load({ items, setup: DEFAULT_SETUP, chosen: null, planned: "1-monday" });
  const user = userEvent.setup();
  show();
  await waitFor(() => expect(generateButton()).toHaveAttribute("aria-disabled", "false"));
  await user.click(generateButton());
  await waitFor(() => expect(usePlayback.getState().stage.name).toBe("failed"));
  expect(ids()).toEqual(["push-ups"]);
  up = true;
  await user.click(generateButton());
  await waitFor(() =>
    expect(usePlayback.getState().stage).toMatchObject({
      token: "bare",
      origin: { planned: "1-monday" },
    }),
  );
});

it("opens a shared link without playing it, beside the person's own session", async () => {
  server((_, { config }) => plan(config.seed));
  window.history.replaceState(null, "", "/?workout=abc-1");
  const items = [{ key: "k", id: "push-ups" }];
  useSession.getState().load({ items, setup: DEFAULT_SETUP, chosen: null });
  show();
  const stage = { name: "open", token: "abc-1", autoplay: false, origin: {} };
  expect(usePlayback.getState().stage).toEqual(stage);
  expect(ids()).toEqual(["push-ups"]);
  await screen.findByRole("button", { name: "Add Push-ups" });
});

it("shows what a shared link is, and makes it the person's own", async () => {
  server((_, { config }) => plan(config.seed));
  window.history.replaceState(null, "", "/?workout=abc-1");
  const user = userEvent.setup();
  show();
  const card = await screen.findByRole("region", { name: "This workout" });
  expect(card).toHaveTextContent("1:48 · 10 kcal · 2 exercises · 2 rounds · 40 s work, 20 s rest");
  expect(within(card).getAllByRole("listitem")[0]).toHaveTextContent("1. Push-ups");
  // An empty session says nothing beside it.
  expect(screen.queryByText("What shall we do today?")).not.toBeInTheDocument();
  await user.click(within(card).getByRole("button", { name: "Use as my session" }));
  expect(ids()).toEqual(["push-ups", "side-plank"]);
  expect(screen.queryByRole("region", { name: "This workout" })).not.toBeInTheDocument();
  expect(usePlayback.getState().stage).toMatchObject({ token: "abc-1", origin: { own: true } });
  expect(generateButton()).toHaveFocus();
});

it("keeps to the limits of the goals, says so, and lifts them there", async () => {
  const posted = server((_, { config }) => plan(config.seed));
  useGoals.getState().aim({ level: "easy", avoid: ["jumps", "kneeling"] });
  const user = userEvent.setup();
  show();
  expect(await screen.findByText("No exercise matches all of that")).toBeInTheDocument();
  await user.click(screen.getByRole("button", { name: "Surprise me: 20 min" }));
  // Not lost with the button that was pressed.
  expect(generateButton()).toHaveFocus();
  await waitFor(() => expect(posted).toHaveLength(1));
  const held = { no_jump: true, avoid: ["kneeling"], intensity_levels: ["easy"] };
  expect(posted[0]?.body).toMatchObject({ config: held });
  const limits = screen.getAllByRole("group", { name: /^Your limits/ });
  expect(limits.length).toBeGreaterThan(0);
  const chips = () => within(limits[0] as HTMLElement).getAllByRole("button");
  expect(chips().map((chip) => chip.textContent)).toEqual([
    "Level: Easy. Lift this limit",
    "No jumps. Lift this limit",
    "No kneeling. Lift this limit",
  ]);
  await user.click(chips()[1] as HTMLElement);
  expect(useGoals.getState().goals).toMatchObject({ level: "easy", avoid: ["kneeling"] });
  await waitFor(() => expect(posted).toHaveLength(2));
  expect(posted[1]?.body).toMatchObject({ config: { ...held, no_jump: false } });
});

it("shows what is not available with its reason, and no way to add it", async () => {
  server((_, { config }) => plan(config.seed));
  show();
  expect(await screen.findByText("no clip")).toBeInTheDocument();
  expect(screen.queryByRole("button", { name: "Add Broken" })).not.toBeInTheDocument();
});
