"use client";
import { CalendarDays, Dumbbell, Target } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useLocale, useTexts } from "@/i18n";
import { style } from "@/ui/style";
import { LanguageSwitch } from "./language";
import { ThemeSwitch } from "./theme";

export function Header() {
  const { frame } = useTexts();
  const root = useLocale() === "fr" ? "/fr" : "";
  const pathname = usePathname();
  const pages = [
    { href: `${root}/goals/`, label: frame.goals, Icon: Target },
    { href: `${root}/plan/`, label: frame.plan, Icon: CalendarDays },
    { href: `${root}/`, label: frame.train, Icon: Dumbbell },
  ];
  return (
    <header className="sticky top-0 z-40 border-b immersed:static bg-ground/85 backdrop-blur-md">
      <div className="mx-auto flex h-16 max-w-[96rem] items-center gap-1 px-2 min-[24rem]:gap-1.5 min-[24rem]:px-3 sm:gap-6 sm:px-6">
        <Link
          href={`${root}/`}
          aria-label={frame.product}
          className="flex items-center gap-2.5 font-bold tracking-tight"
        >
          <Mark />
          <span className="max-md:hidden">{frame.product}</span>
        </Link>
        <nav
          aria-label={frame.navigation}
          className="mx-auto flex rounded-full min-[24rem]:gap-1 bg-raised p-1"
        >
          {pages.map(({ href, label, Icon }) => {
            const here = pathname === href || `${pathname}/` === href;
            return (
              <Link
                key={href}
                href={href}
                aria-current={here ? "page" : undefined}
                className={style(
                  "flex h-9 items-center gap-2 rounded-full px-1.5 font-semibold text-xs min-[24rem]:px-2 min-[24rem]:text-[0.8125rem] text-muted min-[26rem]:px-3.5 min-[26rem]:text-sm transition-colors hover:text-ink sm:px-5",
                  here && "bg-surface text-ink shadow-sm dark:bg-line",
                )}
              >
                <Icon aria-hidden="true" className="size-4 max-sm:hidden" />
                {label}
              </Link>
            );
          })}
        </nav>
        <div className="flex items-center">
          <LanguageSwitch />
          <ThemeSwitch />
        </div>
      </div>
    </header>
  );
}

/** A play sign in a ring that is nearly full: a workout that runs. */
function Mark() {
  return (
    <svg aria-hidden="true" viewBox="0 0 32 32" className="size-8">
      <circle cx="16" cy="16" r="14" fill="none" stroke="var(--line)" strokeWidth="3.5" />
      <circle
        cx="16"
        cy="16"
        r="14"
        fill="none"
        stroke="var(--accent)"
        strokeWidth="3.5"
        strokeLinecap="round"
        strokeDasharray="66 100"
        transform="rotate(-90 16 16)"
      />
      <path d="M13 10.5v11l8.5-5.5z" fill="var(--ink)" />
    </svg>
  );
}
