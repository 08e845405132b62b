"use client";
/** Reads what the browser keeps, once, after the first paint: the export was made without it. */
import { useCallback, useEffect, useSyncExternalStore } from "react";

interface Persisted {
  /** Missing where nothing can be kept: at the export, and in a browser that forbids it. */
  persist?: {
    rehydrate(): Promise<void> | void;
    hasHydrated(): boolean;
    onFinishHydration(listener: () => void): () => void;
  };
}

/** True once the store holds what the browser kept. Show a skeleton until then. */
export function useStored({ persist }: Persisted): boolean {
  useEffect(() => {
    if (persist && !persist.hasHydrated()) void persist.rehydrate();
  }, [persist]);
  const subscribe = useCallback(
    (listener: () => void) => persist?.onFinishHydration(listener) ?? (() => undefined),
    [persist],
  );
  return useSyncExternalStore(
    subscribe,
    () => persist?.hasHydrated() ?? true,
    () => false,
  );
}
