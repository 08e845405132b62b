/** A failure in words (RFC 9457), also one in which no server spoke. */
import type { Texts } from "@/i18n/types";

export interface Fault {
  pointer: string;
  /** In English. */
  detail: string;
  /** What it is about, with the values that words about it need; see docs/request.md. */
  code?: string;
  values?: Readonly<Record<string, unknown>>;
}

type Kind = keyof Texts["problems"];

export class Problem extends Error {
  private constructor(
    /** 0 when no answer came, -1 when the server had no part in it. */
    readonly status: number,
    /** Last part of the type's address, such as `capacity`. */
    readonly slug: string,
    message: string,
    readonly faults: readonly Fault[] = [],
    /** Seconds to wait before asking again, if the server said so. */
    readonly retryAfter: number | null = null,
  ) {
    super(message);
    this.name = "Problem";
  }

  static unreachable(cause: unknown): Problem {
    return new Problem(0, "unreachable", String(cause));
  }

  /** What a browser could not do with what came. */
  static broken(cause: unknown): Problem {
    return new Problem(-1, "other", String(cause));
  }

  static async of(response: Response): Promise<Problem> {
    const after = Number.parseInt(response.headers.get("retry-after") ?? "", 10);
    const retryAfter = Number.isFinite(after) ? after : null;
    const text = await response.text().catch(() => "");
    try {
      const body: unknown = JSON.parse(text);
      if (isProblem(body)) {
        const slug = body.type.split("/").at(-1) ?? "other";
        const faults = Array.isArray(body.errors) ? body.errors.filter(isFault) : [];
        return new Problem(response.status, slug, body.detail ?? body.title, faults, retryAfter);
      }
    } catch {
      // Something between us and the server answered: its words are not for people.
    }
    return new Problem(response.status, "other", `status ${response.status}`, [], retryAfter);
  }

  static from(error: unknown): Problem {
    return error instanceof Problem ? error : Problem.unreachable(error);
  }

  /** What to tell a person. The server's own sentence is English, and more exact. */
  words(texts: Texts): { title: string; advice: string } {
    const known = texts.problems as Readonly<Record<string, Texts["problems"][Kind]>>;
    return known[this.slug] ?? texts.problems.other;
  }
}

function isProblem(
  body: unknown,
): body is { type: string; title: string; detail?: string; errors?: unknown } {
  const fields = body as { type?: unknown; title?: unknown } | null;
  return typeof fields?.type === "string" && typeof fields.title === "string";
}

function isFault(fault: unknown): fault is Fault {
  const fields = fault as Partial<Fault> | null;
  return (
    typeof fields?.pointer === "string" &&
    typeof fields.detail === "string" &&
    (fields.code === undefined || typeof fields.code === "string") &&
    (fields.values === undefined || (typeof fields.values === "object" && fields.values !== null))
  );
}
