/** The page's link to a workout, and ways to hand it on. */

/** In the page's language and below its path: `https://host/fr/?workout=…`. */
export function linkTo(token: string, here: Pick<Location, "href">): string {
  const link = new URL(here.href);
  link.search = new URLSearchParams({ workout: token }).toString();
  link.hash = "";
  return link.href;
}

/** The workout that the page's address names. */
export function tokenIn(search: string): string | null {
  return new URLSearchParams(search).get("workout") || null;
}

/** An address that no other machine can reach. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return (
    name === "localhost" || name.endsWith(".localhost") || name === "::1" || /^127\./.test(name)
  );
}

export type Shared = "shared" | "copied" | "cancelled" | "failed";

/** Through the system where that is how one shares (phones), else into the clipboard. */
export async function share(link: string, text: string): Promise<Shared> {
  const touch = matchMedia("(pointer: coarse)").matches;
  if (touch && navigator.share !== undefined) {
    try {
      await navigator.share({ url: link, text });
      return "shared";
    } catch (error) {
      if (error instanceof DOMException && error.name === "AbortError") return "cancelled";
    }
  }
  return (await copy(link)) ? "copied" : "failed";
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

/** At home the page is often plain http, where there is no clipboard: the old way works there. */
function copyBySelection(text: string): boolean {
  const field = document.createElement("textarea");
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  const focused = document.activeElement;
  (document.fullscreenElement ?? document.body).append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } catch {
    return false;
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
