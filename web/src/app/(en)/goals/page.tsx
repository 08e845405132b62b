import type { Metadata } from "next";
import { GoalsPage } from "@/goals/page";
import { textsOf } from "@/i18n/texts";

export const metadata: Metadata = { title: textsOf("en").frame.goals };

export default function Page() {
  return <GoalsPage />;
}
