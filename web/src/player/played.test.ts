import { expect, it } from "vitest";
import { Played } from "./played";

function play(played: Played, from: number, to: number): void {
  for (let at = from; at <= to; at += 0.25) played.tick(at);
}

it("counts what is played", () => {
  const played = new Played();
  play(played, 0, 10);
  expect(played.seconds).toBe(10);
});

it("does not count what is skipped", () => {
  const played = new Played();
  play(played, 0, 10);
  played.jump();
  play(played, 90, 100);
  expect(played.seconds).toBe(20);
});

it("counts nothing twice", () => {
  const played = new Played();
  play(played, 0, 10);
  played.jump();
  play(played, 5, 12);
  played.jump();
  play(played, 30, 40);
  played.jump();
  play(played, 11, 31);
  expect(played.seconds).toBe(40);
});

it("counts a hidden tab's second at double speed, but no jump that it was not told of", () => {
  const played = new Played();
  played.tick(0);
  played.tick(2);
  expect(played.seconds).toBe(2);
  played.tick(60);
  expect(played.seconds).toBe(2);
});
