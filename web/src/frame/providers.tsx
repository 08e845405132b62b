"use client";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { type ReactNode, useState } from "react";
import { Problem } from "@/api/problem";
import { ServiceWorker } from "./service-worker";

/** A refusal stays a refusal; a server that was not there, or was busy, is asked again. */
function worthAnotherTry(failures: number, error: unknown): boolean {
  const { status } = Problem.from(error);
  return failures < 2 && (status === 0 || status >= 500);
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(
    () =>
      new QueryClient({
        // On a machine without internet the server may still be there: always ask it.
        defaultOptions: {
          queries: { retry: worthAnotherTry, refetchOnWindowFocus: false, networkMode: "always" },
          mutations: { networkMode: "always" },
        },
      }),
  );
  return (
    <QueryClientProvider client={client}>
      {children}
      <ServiceWorker />
    </QueryClientProvider>
  );
}
