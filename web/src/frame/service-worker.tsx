"use client";
import { useEffect } from "react";

const BASE_PATH = process.env.BASE_PATH ?? "";

/** Lets the page open offline. Only of a built page: while developing, old files would come back. */
export function ServiceWorker() {
  useEffect(() => {
    if (process.env.NODE_ENV !== "production" || !("serviceWorker" in navigator)) return;
    // Without it (an insecure origin, a browser's setting) the page works as before, online.
    navigator.serviceWorker.register(`${BASE_PATH}/sw.js`).catch(() => undefined);
  }, []);
  return null;
}
