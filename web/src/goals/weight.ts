/** A weight as people type it. Pure. */

export const LIGHTEST = 20;
export const HEAVIEST = 300;

/** Kilograms to a tenth, or null where it is no number from 20 to 300. A comma is as good as a point. */
export function readWeight(typed: string): number | null {
  const text = typed.trim().replace(/\s*kg$/i, "");
  if (!/^\d{1,3}([.,]\d*)?$/.test(text)) return null;
  const kilograms = Math.round(Number(text.replace(",", ".")) * 10) / 10;
  return kilograms >= LIGHTEST && kilograms <= HEAVIEST ? kilograms : null;
}
