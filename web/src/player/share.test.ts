import { expect, it } from "vitest";
import { isLoopback, linkTo, tokenIn } from "./share";

it("names the workout in a link of the same page, and finds it there again", () => {
  const link = linkTo("AYAP_8-x", { href: "http://box:8000/coach/fr/?workout=old&x=1#end" });
  expect(link).toBe("http://box:8000/coach/fr/?workout=AYAP_8-x");
  expect(tokenIn(new URL(link).search)).toBe("AYAP_8-x");
  expect(tokenIn("?workout=")).toBeNull();
  expect(tokenIn("")).toBeNull();
});

it("knows addresses that a phone cannot reach", () => {
  expect(["localhost", "127.0.0.1", "[::1]", "coach.localhost"].every(isLoopback)).toBe(true);
  expect(["192.168.1.4", "box.local", "coach.example", "128.0.0.1"].some(isLoopback)).toBe(false);
});
