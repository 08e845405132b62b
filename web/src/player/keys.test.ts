import { expect, it } from "vitest";
import { commandOf, type Focus, focusOf, speedBeside } from "./keys";

const press = (key: string, focus: Focus = "page", held: { ctrlKey?: boolean } = {}) =>
  commandOf({ key, ctrlKey: false, altKey: false, metaKey: false, ...held }, focus);

it("knows every key of the help sheet", () => {
  const does = (key: string) => press(key)?.does;
  expect([..." kjlnpmfci<>?7"].map(does)).toEqual([
    "toggle",
    "toggle",
    "skip",
    "skip",
    "next",
    "previous",
    "mute",
    "fullscreen",
    "captions",
    "picture-in-picture",
    "slower",
    "faster",
    "help",
    "tenth",
  ]);
  expect(press("ArrowLeft")).toEqual({ does: "skip", seconds: -5 });
  expect(press("K")?.does).toBe("toggle");
  expect(press("x")).toBeNull();
});

it("leaves the browser's own combinations alone", () => {
  expect(press("p", "page", { ctrlKey: true })).toBeNull();
});

it("takes no key from what one writes in", () => {
  expect(press("k", "text")).toBeNull();
  expect(press("5", "text")).toBeNull();
});

it("leaves a control the keys that work it", () => {
  expect(press(" ", "button")).toBeNull();
  expect(press("ArrowRight", "slider")).toBeNull();
  expect(press("ArrowRight", "elsewhere")).toBeNull();
  expect(press(" ", "elsewhere")).toBeNull();
  expect(press("3", "elsewhere")).toBeNull();
  expect(press("m", "elsewhere")).toEqual({ does: "mute" });
});

it("lets the page scroll unless the player is focused", () => {
  expect(press("ArrowDown")).toBeNull();
  expect(press("ArrowDown", "stage")).toEqual({ does: "volume", by: -0.1 });
});

it("tells where the focus is", () => {
  document.body.innerHTML = `<main id="content" tabindex="-1"><p id="words">words</p><button id="other">x</button><input id="search">
    <div id="stage" tabindex="0"><i id="in"></i><button id="play"><i id="icon"></i></button><div role="slider" id="bar"></div></div></main>`;
  const stage = document.getElementById("stage");
  const focus = (id: string) => focusOf(document.getElementById(id), stage);
  expect(["words", "content", "other", "search", "in", "stage", "icon", "bar"].map(focus)).toEqual([
    "page",
    "page",
    "elsewhere",
    "text",
    "stage",
    "stage",
    "button",
    "slider",
  ]);
  expect(focusOf(window, stage)).toBe("page");
  // Where the page puts the focus when a workout starts.
  const around = document.createElement("div");
  stage?.replaceWith(around);
  if (stage) around.append(stage);
  expect(focusOf(around, stage)).toBe("stage");
});

it("goes through the speeds and stops at both ends", () => {
  expect([speedBeside(1, 1), speedBeside(1, -1), speedBeside(2, 1), speedBeside(0.5, -1)]).toEqual([
    1.25, 0.75, 2, 0.5,
  ]);
});
