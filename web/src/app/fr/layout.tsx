import type { ReactNode } from "react";
import { Document, metadataOf } from "@/frame/document";

export { viewport } from "@/frame/document";
export const metadata = metadataOf("fr");

export default function Layout({ children }: { children: ReactNode }) {
  return <Document locale="fr">{children}</Document>;
}
