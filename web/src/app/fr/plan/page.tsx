import type { Metadata } from "next";
import { textsOf } from "@/i18n/texts";
import { PlanPage } from "@/plan/page";

export const metadata: Metadata = { title: textsOf("fr").frame.plan };

export default function Page() {
  return <PlanPage />;
}
