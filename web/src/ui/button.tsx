import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { style } from "./style";

const looks = cva(
  "inline-flex shrink-0 select-none items-center justify-center gap-2 whitespace-nowrap rounded-full font-semibold transition-[background-color,color,transform,opacity] duration-150 active:scale-[0.98] disabled:pointer-events-none disabled:opacity-45 aria-disabled:cursor-default aria-disabled:opacity-45 aria-disabled:active:scale-100 [&_svg]:shrink-0",
  {
    variants: {
      look: {
        primary: "bg-accent text-on-accent hover:bg-accent-strong",
        quiet: "bg-raised text-ink hover:bg-line",
        outline: "border bg-transparent text-ink hover:bg-raised",
        ghost: "bg-transparent text-muted hover:bg-raised hover:text-ink",
        danger: "bg-danger-soft text-danger hover:brightness-95",
      },
      size: {
        small: "h-9 px-4 text-sm [&_svg]:size-4",
        medium: "h-11 px-5 text-[0.95rem] [&_svg]:size-5",
        large: "h-14 px-8 text-lg [&_svg]:size-6",
        icon: "size-11 [&_svg]:size-5",
        "icon-small": "size-9 [&_svg]:size-4",
      },
    },
    defaultVariants: { look: "quiet", size: "medium" },
  },
);

type ButtonProps = ComponentProps<"button"> & VariantProps<typeof looks> & { asChild?: boolean };

export function Button({ className, look, size, asChild, type, ...props }: ButtonProps) {
  const Part = asChild ? Slot.Root : "button";
  return (
    <Part
      className={style(looks({ look, size }), className)}
      {...(asChild ? {} : { type: type ?? "button" })}
      {...props}
    />
  );
}

/** A button with a picture alone: its label is for those who do not see it, and for the pointer. */
export function IconButton({ label, ...props }: ButtonProps & { label: string }) {
  return <Button look="ghost" size="icon" aria-label={label} title={label} {...props} />;
}
