"use client";
/** All that a session is put together with: exercises to pick, a session in one click, every setting. */
import { Dices, LayoutGrid, SlidersHorizontal } from "lucide-react";
import dynamic from "next/dynamic";
import { Tabs } from "radix-ui";
import { useTexts } from "@/i18n";
import { Library } from "@/library/library";
import type { Totals } from "@/session/totals";
import { Skeleton } from "@/ui/surface";
import { QuickSetup } from "./quick";

const CustomSetup = dynamic(() => import("./custom"), {
  loading: () => <Skeleton className="h-128" />,
});

const TABS = ["exercises", "quick", "custom"] as const;
export type SetupTab = (typeof TABS)[number];
const ICONS = { exercises: LayoutGrid, quick: Dices, custom: SlidersHorizontal };

export function SetupPanel(props: {
  tab: SetupTab;
  onTab: (tab: SetupTab) => void;
  totals: Totals;
}) {
  const { tab, onTab, totals } = props;
  const { setup } = useTexts();
  return (
    <Tabs.Root
      value={tab}
      onValueChange={(next) => onTab(next as SetupTab)}
      className="flex min-h-0 flex-col overflow-clip rounded-3xl border bg-surface"
    >
      <Tabs.List aria-label={setup.label} className="flex border-b px-2 sm:px-4">
        {TABS.map((name) => {
          const Icon = ICONS[name];
          return (
            <Tabs.Trigger
              key={name}
              value={name}
              className="flex h-14 flex-1 items-center justify-center gap-2 border-transparent border-b-2 px-2 font-semibold text-muted text-sm -outline-offset-2 transition-colors hover:text-ink data-[state=active]:border-accent data-[state=active]:text-ink"
            >
              <Icon aria-hidden="true" className="size-4 max-sm:hidden" />
              {setup[name]}
            </Tabs.Trigger>
          );
        })}
      </Tabs.List>
      <Tabs.Content value="exercises" className={CONTENT}>
        <Library />
      </Tabs.Content>
      <Tabs.Content value="quick" className={CONTENT}>
        <QuickSetup totals={totals} />
      </Tabs.Content>
      <Tabs.Content value="custom" className={CONTENT}>
        <CustomSetup totals={totals} />
      </Tabs.Content>
    </Tabs.Root>
  );
}

const CONTENT =
  "min-h-0 p-4 -outline-offset-2 data-[state=inactive]:hidden sm:p-5 lg:overflow-y-auto lg:overscroll-contain";
