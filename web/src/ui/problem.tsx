"use client";
/** A failure in words, with what to do. */
import { CircleAlert } from "lucide-react";
import type { Fault, Problem } from "@/api/problem";
import { useLocale, useTexts } from "@/i18n";
import { Button } from "./button";
import { faultInWords } from "./faults";
import { style } from "./style";

export function ProblemNote(props: { problem: Problem; onRetry?: () => void; className?: string }) {
  const { problem, onRetry, className } = props;
  const texts = useTexts();
  const { title, advice } = problem.words(texts);
  const [only, ...others] = problem.faults;
  return (
    <div
      role="alert"
      className={style("flex gap-3 rounded-2xl bg-danger-soft p-4 text-sm", className)}
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-danger" />
      <div className="grid gap-2">
        <p>
          <strong className="block font-semibold">{title}</strong>
          {only !== undefined && others.length === 0 ? <Said fault={only} /> : advice}
        </p>
        {others.length > 0 && (
          <ul className="list-disc pl-4 text-muted">
            {problem.faults.map((fault) => (
              <li key={fault.pointer + fault.detail}>
                <Said fault={fault} />
              </li>
            ))}
          </ul>
        )}
        {onRetry && (
          <Button size="small" look="outline" className="justify-self-start" onClick={onRetry}>
            {texts.common.retry}
          </Button>
        )}
      </div>
    </div>
  );
}

/** What the page has no words for, the server says in English. */
function Said({ fault }: { fault: Fault }) {
  const words = faultInWords(fault, useTexts(), useLocale());
  return words ?? <span lang="en">{fault.detail}</span>;
}
