"use client";
/** Reads what the browser keeps, once, after the first paint: the export was made without it. */
import { useEffect, useSyncExternalStore } from "react";

interface Persisted {
  persist: {
    rehydrate(): Promise<void> | void;
    hasHydrated(): boolean;
    onFinishHydration(listener: () => void): () => void;
  };
}

/** True once the store holds what the browser kept. Show a skeleton until then. */
export function useStored(store: Persisted): boolean {
  useEffect(() => {
    if (!store.persist.hasHydrated()) void store.persist.rehydrate();
  }, [store]);
  return useSyncExternalStore(
    store.persist.onFinishHydration,
    store.persist.hasHydrated,
    () => false,
  );
}
