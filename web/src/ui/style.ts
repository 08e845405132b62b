/** Class names, later ones winning over earlier ones. */
import { type ClassValue, clsx } from "clsx";
import { twMerge } from "tailwind-merge";

export function style(...names: ClassValue[]): string {
  return twMerge(clsx(names));
}
