import type { ComponentProps } from "react";
import { style } from "@/ui/style";

/**
 * The 16:9 that every state of the player fills, from the first paint on. On a phone an upright picture has
 * more of the screen: between bars at the sides it would be as large as a stamp.
 */
export function Screen(props: ComponentProps<"div"> & { upright?: boolean }) {
  const { className, upright = false, ...rest } = props;
  return (
    <div
      className={style(
        "@container/stage relative isolate aspect-video w-full overflow-hidden rounded-2xl bg-[#0d1318] text-white sm:rounded-3xl",
        upright && "max-sm:aspect-[4/5] max-sm:max-h-[56svh]",
        className,
      )}
      {...rest}
    />
  );
}
