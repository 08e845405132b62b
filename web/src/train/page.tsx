"use client";
/** The first page: the player, the session, and all that it is put together with. */
import { Library } from "@/library/library";
import { Player } from "@/player/player";
import { SessionCard } from "@/session/card";
import { SetupPanel } from "@/setup/panel";

export function TrainPage() {
  return (
    <div className="mx-auto grid max-w-[96rem] gap-6 p-4 sm:p-6 lg:grid-cols-[minmax(0,1fr)_27rem] xl:grid-cols-[minmax(0,1fr)_30rem]">
      <div className="grid content-start gap-6">
        <div className="max-lg:sticky max-lg:top-16 max-lg:z-30">
          <Player />
        </div>
        <SessionCard />
      </div>
      <div className="grid content-start gap-6">
        <SetupPanel />
        <Library />
      </div>
    </div>
  );
}
