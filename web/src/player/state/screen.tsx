import type { ComponentProps } from "react";
import { style } from "@/ui/style";

/**
 * The 16:9 that every state of the player fills, from the first paint on. An upright picture has all of the
 * width of an upright phone, and elsewhere as much height as leaves room for the rest of the page: in 16:9
 * it would be as large as a stamp.
 */
export function Screen(props: ComponentProps<"div"> & { upright?: boolean }) {
  const { className, upright = false, ...rest } = props;
  return (
    <div
      className={style(
        "@container/stage relative isolate aspect-video w-full overflow-hidden rounded-2xl bg-[#0d1318] text-white sm:rounded-3xl",
        upright
          ? "aspect-auto h-[75svh] max-sm:portrait:aspect-[9/16] max-sm:portrait:h-auto"
          : "short:aspect-auto short:h-[calc(100svh-9.5rem)]",
        className,
      )}
      {...(upright ? { "data-upright": "" } : { "data-wide": "" })}
      {...rest}
    />
  );
}
