import type { ComponentProps } from "react";
import { style } from "./style";

/** A card. */
export function Card({ className, ...props }: ComponentProps<"section">) {
  return (
    <section className={style("rounded-3xl border bg-surface p-5 sm:p-6", className)} {...props} />
  );
}

/** A small word beside a name. */
export function Badge({ className, ...props }: ComponentProps<"span">) {
  return (
    <span
      className={style(
        "inline-flex items-center gap-1 rounded-full bg-raised px-2.5 py-0.5 font-medium text-muted text-xs [&_svg]:size-3.5",
        className,
      )}
      {...props}
    />
  );
}

/** Takes the place of what is not there yet, so that nothing moves when it comes. */
export function Skeleton({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      aria-hidden="true"
      className={style("animate-pulse rounded-2xl bg-raised", className)}
      {...props}
    />
  );
}

export function Spinner({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={style(
        "inline-block size-5 animate-spin rounded-full border-2 border-current border-r-transparent",
        className,
      )}
    />
  );
}
