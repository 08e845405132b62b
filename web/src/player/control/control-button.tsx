import type { ComponentProps } from "react";
import { style } from "@/ui/style";

/** A button over the picture: white, and large enough for a thumb. */
export function ControlButton({
  label,
  className,
  ...props
}: ComponentProps<"button"> & { label: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      className={style(
        "grid size-10 shrink-0 place-items-center rounded-full text-white transition-colors hover:bg-white/20 focus-visible:outline-white disabled:opacity-40 @min-[40rem]/stage:size-11 [&_svg]:size-5 @min-[40rem]/stage:[&_svg]:size-6",
        className,
      )}
      {...props}
    />
  );
}
