import type { NextConfig } from "next";

/**
 * The export is put into the server's binary, which serves it below a path that is only known when
 * it starts. So it is built with a placeholder for that path, and the server writes the real one in
 * its place (`src/http/app.rs`). For a page hosted elsewhere both are named at build time:
 *
 *   NEXT_PUBLIC_API_BASE=https://coach.example BASE_PATH= npm run build
 */
const placeholder = "/__base_path__";
const development = process.env.NODE_ENV === "development";
// `COACH_SERVER=http://127.0.0.1:8001 npm run dev` for a server elsewhere.
const server = process.env.COACH_SERVER ?? "http://127.0.0.1:8000";
const basePath = process.env.BASE_PATH ?? (development ? "" : placeholder);

const config: NextConfig = {
  ...(!development && { output: "export" }),
  basePath,
  trailingSlash: true,
  images: { unoptimized: true },
  reactStrictMode: true,
  poweredByHeader: false,
  // The same sources give the same files, so that caches and the binary do not change without reason.
  generateBuildId: () => "coach",
  // tsc runs in `npm run check`, once.
  typescript: { ignoreBuildErrors: true },
  env: { BASE_PATH: basePath, API_BASE: process.env.NEXT_PUBLIC_API_BASE ?? basePath },
  // Two languages are two root layouts, so there is none that a page for missing addresses could have.
  experimental: { globalNotFound: true },
  turbopack: { root: import.meta.dirname },
  // `npm run dev` beside `make run`: one origin, so no CORS while developing.
  ...(development && {
    skipTrailingSlashRedirect: true,
    rewrites: async () => [
      { source: "/api/:path*", destination: `${server}/api/:path*` },
      { source: "/health", destination: `${server}/health` },
      { source: "/ready", destination: `${server}/ready` },
    ],
  }),
};

export default config;
