import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, it, vi } from "vitest";
import { LocaleProvider } from "@/i18n";
import { exercise } from "@/library/exercise.fixture";
import { SessionList } from "./list";
import { DEFAULT_SETUP, useSession } from "./store";

const french = (name: string) => ({ fr: { name, description: "" } });
const known = new Map(
  [
    exercise("push-ups", { name: "Push-ups", translations: french("Pompes") }),
    exercise("plank", { name: "Plank", translations: french("Planche") }),
    exercise("squat", { name: "Squat", translations: french("Squat") }),
  ].map((it) => [it.id, it]),
);

function List({ onSwap = () => undefined }: { onSwap?: (item: { id: string }) => void }) {
  const items = useSession((session) => session.items);
  return (
    <LocaleProvider locale="fr">
      <SessionList
        items={items}
        known={known}
        unfit={new Set()}
        onOpen={() => undefined}
        onSwap={onSwap}
      />
    </LocaleProvider>
  );
}

const ids = () => useSession.getState().items.map(({ id }) => id);

beforeEach(() => {
  const items = [...known.keys()].map((id) => ({ key: id, id }));
  useSession.getState().load({ items, setup: DEFAULT_SETUP, chosen: null });
  // jsdom lays nothing out: the rows stand one below the other, 80 high.
  vi.spyOn(Element.prototype, "getBoundingClientRect").mockImplementation(function (this: Element) {
    const row = this.closest("li");
    const rows = [...(row?.parentElement?.children ?? [])];
    return new DOMRect(0, 80 * Math.max(0, row ? rows.indexOf(row) : 0), 400, 80);
  });
  Element.prototype.scrollIntoView = () => undefined;
});

it("is put in order by keyboard, and says so in the page's language", async () => {
  render(<List />);
  const handle = screen.getByRole("button", { name: "Déplacer Pompes" });
  handle.focus();
  fireEvent.keyDown(handle, { code: "Space" });
  await waitFor(() => expect(screen.getByText("Pompes : pris, 1 sur 3.")).toBeInTheDocument());
  // The sensor listens to the keys of the document from the next turn on.
  await new Promise((resolve) => setTimeout(resolve, 20));
  fireEvent.keyDown(document, { code: "ArrowDown" });
  await screen.findByText("Pompes : maintenant 2 sur 3.");
  fireEvent.keyDown(document, { code: "Space" });
  await screen.findByText("Pompes : posé, 2 sur 3.");
  expect(ids()).toEqual(["plank", "push-ups", "squat"]);
});

it("leaves an exercise where it was on escape", async () => {
  render(<List />);
  const handle = screen.getByRole("button", { name: "Déplacer Pompes" });
  handle.focus();
  fireEvent.keyDown(handle, { code: "Space" });
  await new Promise((resolve) => setTimeout(resolve, 20));
  fireEvent.keyDown(document, { code: "ArrowDown" });
  await screen.findByText("Pompes : maintenant 2 sur 3.");
  fireEvent.keyDown(document, { code: "Escape" });
  await screen.findByText("Pompes reste où il était.");
  expect(ids()).toEqual(["push-ups", "plank", "squat"]);
});

it("duplicates, removes and offers to swap the exercise of its row", async () => {
  const user = userEvent.setup();
  const swapped = vi.fn();
  render(<List onSwap={swapped} />);
  await user.click(screen.getByRole("button", { name: "Dupliquer Planche" }));
  expect(ids()).toEqual(["push-ups", "plank", "plank", "squat"]);
  await user.click(screen.getByRole("button", { name: "Retirer Pompes" }));
  expect(ids()).toEqual(["plank", "plank", "squat"]);
  const last = screen.getAllByRole("listitem").at(-1) as HTMLElement;
  await user.click(within(last).getByRole("button", { name: /^Remplacer Squat/ }));
  expect(swapped.mock.lastCall?.[0]).toMatchObject({ id: "squat" });
});
