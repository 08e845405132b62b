/** The HTML around every page of one language. */
import type { Metadata, Viewport } from "next";
import type { ReactNode } from "react";
import "@/app/globals.css";
import { LocaleProvider } from "@/i18n";
import { type Locale, textsOf } from "@/i18n/texts";
import { Header } from "./header";
import { Providers } from "./providers";

const BASE_PATH = process.env.BASE_PATH ?? "";

/**
 * Before the first paint: the theme that was chosen, and the language. Who opens `/` for the first
 * time with a French browser, or has chosen French, is sent to `/fr/`; a link that names it stays.
 */
const early = (chooses: boolean) => `(function(){
try{var t=localStorage.getItem("theme")}catch(e){}
var d=t==="dark"||(t!=="light"&&matchMedia("(prefers-color-scheme: dark)").matches);
document.documentElement.dataset.theme=d?"dark":"light";
${
  chooses
    ? `try{var l=localStorage.getItem("locale")||navigator.language.slice(0,2)}catch(e){}
var b=${JSON.stringify(BASE_PATH)};
if(l==="fr"){location.replace(b+"/fr"+location.pathname.slice(b.length)+location.search+location.hash)}`
    : ""
}
})()`;

export function metadataOf(locale: Locale): Metadata {
  const { product, tagline } = textsOf(locale).frame;
  return {
    title: { default: product, template: `%s – ${product}` },
    description: tagline,
    manifest: `${BASE_PATH}/${locale === "fr" ? "manifest.fr.webmanifest" : "manifest.webmanifest"}`,
    icons: {
      icon: `${BASE_PATH}/icon.svg`,
      apple: `${BASE_PATH}/icon-192.png`,
    },
    alternates: { languages: { en: `${BASE_PATH}/`, fr: `${BASE_PATH}/fr/` } },
  };
}

export const viewport: Viewport = {
  width: "device-width",
  initialScale: 1,
  viewportFit: "cover",
  themeColor: [
    { media: "(prefers-color-scheme: light)", color: "#f8fafa" },
    { media: "(prefers-color-scheme: dark)", color: "#0c1216" },
  ],
};

export function Document(props: {
  locale: Locale;
  /** The page speaks both languages, and has no twin in the other. */
  bilingual?: boolean;
  children: ReactNode;
}) {
  const { locale, bilingual = false, children } = props;
  const texts = textsOf(locale);
  return (
    // The early script sets the theme, which the export cannot know.
    <html lang={locale} suppressHydrationWarning>
      {/* biome-ignore lint/style/noHeadElement: the App Router has no other place for an early script */}
      <head>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: our own words, before the first paint */}
        <script dangerouslySetInnerHTML={{ __html: early(locale === "en" && !bilingual) }} />
      </head>
      <body className="min-h-dvh antialiased">
        <LocaleProvider locale={locale}>
          <Providers>
            <a
              href="#content"
              className="sr-only focus:not-sr-only focus:fixed focus:top-3 focus:left-3 focus:z-50 focus:rounded-full focus:bg-accent focus:px-4 focus:py-2 focus:text-on-accent"
            >
              {texts.frame.skip}
            </a>
            <Header />
            <main id="content" tabIndex={-1} className="outline-none">
              {children}
            </main>
          </Providers>
        </LocaleProvider>
      </body>
    </html>
  );
}
