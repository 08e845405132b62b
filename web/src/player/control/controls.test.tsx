import { fireEvent, render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, it, vi } from "vitest";
import { LocaleProvider } from "@/i18n";
import { Clock } from "../clock";
import { ProgressBar } from "../overlay/progress-bar";
import { sample } from "../sample";
import { useSettings } from "../settings";
import { Controls } from "./controls";
import type { Actions } from "./use-actions";

const timeline = sample();

function actions(): Actions {
  const names = [
    "play",
    "pause",
    "toggle",
    "seek",
    "next",
    "previous",
    "mute",
    "captions",
    "setSpeed",
    "fullscreen",
    "pictureInPicture",
    "help",
    "obey",
  ] as const;
  const none = Object.fromEntries(names.map((name) => [name, vi.fn()]));
  return { ...none, hasPictureInPicture: true } as unknown as Actions;
}

function show(did: Actions, playing = false) {
  const clock = new Clock(document.createElement("video"));
  clock.set(50);
  const hold = vi.fn();
  render(
    <LocaleProvider locale="en">
      <Controls
        clock={clock}
        timeline={timeline}
        actions={did}
        playing={playing}
        speed={1}
        fullscreen={false}
        shown
        onHold={hold}
      />
      <ProgressBar clock={clock} timeline={timeline} nameOf={(_, name) => name} onSeek={did.seek} />
    </LocaleProvider>,
  );
  return { clock, hold };
}

it("calls each control by its name", async () => {
  const did = actions();
  show(did);
  const user = userEvent.setup();
  for (const [label, act] of [
    ["Play", did.toggle],
    ["Next interval", did.next],
    ["Previous interval", did.previous],
    ["Mute", did.mute],
    ["Captions", did.captions],
    ["Full screen", did.fullscreen],
  ] as const) {
    await user.click(screen.getByRole("button", { name: label }));
    expect(act).toHaveBeenCalledOnce();
  }
});

it("says Pause while it plays", () => {
  show(actions(), true);
  expect(screen.getByRole("button", { name: "Pause" })).toBeVisible();
});

it("opens its settings, keeps the controls there meanwhile, and gives the focus back", async () => {
  const did = actions();
  const { hold } = show(did);
  const user = userEvent.setup();
  const opener = screen.getByRole("button", { name: "Settings" });
  await user.click(opener);
  expect(hold).toHaveBeenLastCalledWith(true);
  await user.selectOptions(screen.getByLabelText("Speed"), "1.5");
  expect(did.setSpeed).toHaveBeenCalledWith(1.5);
  await user.click(screen.getByRole("switch", { name: "Captions" }));
  expect(useSettings.getState().captions).toBe(true);
  // There is no speech in this browser.
  expect(screen.getByRole("switch", { name: /Voice/ })).toBeDisabled();
  await user.keyboard("{Escape}");
  expect(screen.queryByLabelText("Speed")).toBeNull();
  expect(opener).toHaveFocus();
  expect(hold).toHaveBeenLastCalledWith(false);
});

it("tells where it is, and seeks by keys and by the pointer", () => {
  const did = actions();
  show(did);
  const bar = screen.getByRole("slider", { name: "Position" });
  expect(bar).toHaveAttribute("aria-valuetext", "0:50 of 1:48, Rest. Next: Side Plank, left");
  for (const [key, to] of [
    ["ArrowRight", 55],
    ["ArrowLeft", 45],
    ["PageUp", 65],
    ["PageDown", 45],
    ["Home", 0],
    ["End", 108],
  ] as const) {
    fireEvent.keyDown(bar, { key });
    expect(did.seek).toHaveBeenLastCalledWith(to);
  }
  bar.getBoundingClientRect = () => new DOMRect(100, 0, 200, 24);
  fireEvent.pointerDown(bar, { clientX: 150, button: 0 });
  fireEvent.pointerMove(bar, { clientX: 170 });
  expect(screen.getByText("Work: Push-ups", { exact: false })).toBeInTheDocument();
  expect(did.seek).toHaveBeenCalledTimes(6);
  fireEvent.pointerUp(bar, { clientX: 250 });
  expect(did.seek).toHaveBeenLastCalledWith(81);
});
