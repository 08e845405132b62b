import { Spinner } from "@/ui/surface";

/** What is being waited for, in words, in the middle of the picture. */
export function StageWords({ title, advice }: { title: string; advice?: string }) {
  return (
    <div
      role="status"
      className="pointer-events-none absolute inset-0 grid place-content-center justify-items-center gap-[0.6em] p-6 text-center"
    >
      <Spinner className="size-[clamp(1.75rem,5cqi,3rem)] border-[3px] text-move" />
      <p className="font-semibold text-[clamp(1rem,2.6cqi,1.6rem)] leading-tight">{title}</p>
      {advice && (
        <p className="max-w-[40ch] text-[clamp(0.8rem,1.7cqi,1.05rem)] text-white/90 leading-snug">
          {advice}
        </p>
      )}
    </div>
  );
}
