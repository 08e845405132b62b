import type { ReactNode } from "react";
import { Document, metadataOf } from "@/frame/document";

export { viewport } from "@/frame/document";
export const metadata = metadataOf("en");

export default function Layout({ children }: { children: ReactNode }) {
  return <Document locale="en">{children}</Document>;
}
