import type { en } from "./en";

/** The same tree with any words in it: what every language has to bring. */
type Words<T> = T extends string
  ? string
  : T extends (...numbers: infer A) => string
    ? (...numbers: A) => string
    : { readonly [K in keyof T]: Words<T[K]> };

export type Texts = Words<typeof en>;
