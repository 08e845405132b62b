"use client";
import { useEffect } from "react";
import { useStored } from "@/session/stored";
import { lastWorkout, usePlaces } from "./places";
import { tokenIn } from "./share";
import { usePlayback } from "./store";

/** Opens the workout of the page's address, or the one that was here last; and takes it from there once another one is opened. */
export function useLinkedWorkout() {
  useStored(usePlaces);
  const open = usePlayback(({ stage }) => (stage.name === "open" ? stage.token : null));
  useEffect(() => {
    // The person may have been faster.
    if (usePlayback.getState().stage.name !== "empty") return;
    const linked = tokenIn(window.location.search);
    const last = lastWorkout(Date.now());
    const token = linked ?? last?.token;
    if (token === undefined) return;
    const origin = last?.token === token ? last.origin : {};
    usePlayback.getState().open(token, { autoplay: false, origin });
  }, []);
  useEffect(() => {
    const linked = tokenIn(window.location.search);
    if (open === null || linked === null || linked === open) return;
    const { pathname, hash } = window.location;
    window.history.replaceState(window.history.state, "", pathname + hash);
  }, [open]);
}
