"use client";
/** A failure in words, with what to do. */
import { CircleAlert } from "lucide-react";
import type { Problem } from "@/api/problem";
import { useTexts } from "@/i18n";
import { Button } from "./button";
import { style } from "./style";

export function ProblemNote(props: { problem: Problem; onRetry?: () => void; className?: string }) {
  const { problem, onRetry, className } = props;
  const texts = useTexts();
  const { title, advice } = problem.words(texts);
  return (
    <div
      role="alert"
      className={style("flex gap-3 rounded-2xl bg-danger-soft p-4 text-sm", className)}
    >
      <CircleAlert aria-hidden="true" className="mt-0.5 size-5 shrink-0 text-danger" />
      <div className="grid gap-2">
        <p>
          <strong className="block font-semibold">{title}</strong>
          {advice}
        </p>
        {problem.faults.length > 0 && (
          <ul className="list-disc pl-4 text-muted">
            {problem.faults.map((fault) => (
              <li key={fault.pointer + fault.detail}>{fault.detail}</li>
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
