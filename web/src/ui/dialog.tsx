"use client";
import { X } from "lucide-react";
import { Dialog as Radix } from "radix-ui";
import { type ReactNode, useRef } from "react";
import { IconButton } from "./button";
import { style } from "./style";

/** A window over the page; on a phone it comes from below. */
export function Dialog(props: {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  description?: string;
  /** Label of the button that closes it. */
  close: string;
  children: ReactNode;
  className?: string;
  /** Where it is put; the element in full screen, or the page does not show it. */
  container?: HTMLElement | null;
}) {
  const { open, onOpenChange, title, description, close, children, className, container } = props;
  const before = useRef<Element | null>(null);
  return (
    <Radix.Root open={open} onOpenChange={onOpenChange}>
      <Radix.Portal {...(container ? { container } : {})}>
        <Radix.Overlay className="fixed inset-0 z-50 bg-black/60" />
        <Radix.Content
          // Radix gives the focus back to a trigger of its own; ours are anywhere on the page.
          onOpenAutoFocus={() => {
            before.current = document.activeElement;
          }}
          onCloseAutoFocus={() => {
            if (before.current instanceof HTMLElement) before.current.focus();
          }}
          {...(description ? {} : { "aria-describedby": undefined })}
          className={style(
            "fixed inset-x-0 bottom-0 z-50 grid max-h-[88dvh] gap-4 overflow-y-auto rounded-t-3xl bg-surface p-6 text-ink shadow-2xl sm:inset-x-auto sm:top-1/2 sm:bottom-auto sm:left-1/2 sm:w-[min(32rem,calc(100vw-2rem))] sm:-translate-x-1/2 sm:-translate-y-1/2 sm:rounded-3xl",
            className,
          )}
        >
          <div className="flex items-start justify-between gap-4">
            <div>
              <Radix.Title className="font-bold text-xl tracking-tight">{title}</Radix.Title>
              {description && (
                <Radix.Description className="mt-1 text-muted text-sm">
                  {description}
                </Radix.Description>
              )}
            </div>
            <Radix.Close asChild>
              <IconButton label={close} size="icon-small" className="-mt-1 -mr-2">
                <X />
              </IconButton>
            </Radix.Close>
          </div>
          {children}
        </Radix.Content>
      </Radix.Portal>
    </Radix.Root>
  );
}
