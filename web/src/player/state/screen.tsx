import type { ComponentProps } from "react";
import { style } from "@/ui/style";

/** The 16:9 that every state of the player fills, from the first paint on. */
export function Screen({ className, ...props }: ComponentProps<"div">) {
  return (
    <div
      className={style(
        "@container/stage relative isolate aspect-video w-full overflow-hidden rounded-2xl bg-[#0d1318] text-white sm:rounded-3xl",
        className,
      )}
      {...props}
    />
  );
}
