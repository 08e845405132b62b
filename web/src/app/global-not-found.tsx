import Link from "next/link";
import { Document } from "@/frame/document";
import { textsOf } from "@/i18n/texts";
import { Button } from "@/ui/button";

export const metadata = { title: textsOf("en").frame.missing };

/** One page for addresses that there are not, whichever language they were meant in: so in both. */
export default function NotFound() {
  return (
    <Document locale="en" bilingual>
      <div className="mx-auto grid max-w-xl gap-8 px-4 py-24 text-center">
        {(["en", "fr"] as const).map((locale) => {
          const { missing, toTrain } = textsOf(locale).frame;
          return (
            <section key={locale} lang={locale} className="grid justify-items-center gap-4">
              <h1 className="text-balance font-bold text-3xl tracking-tight">{missing}</h1>
              <Button asChild look={locale === "en" ? "primary" : "outline"}>
                <Link href={locale === "en" ? "/" : "/fr/"}>{toTrain}</Link>
              </Button>
            </section>
          );
        })}
      </div>
    </Document>
  );
}
