import { TrainPage } from "@/train/page";

export default function Page() {
  return <TrainPage />;
}
