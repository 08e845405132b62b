import type { Texts } from "../types";
import { common } from "./common";
import { faults } from "./faults";
import { frame } from "./frame";
import { goals } from "./goals";
import { library } from "./library";
import { limits } from "./limits";
import { plan } from "./plan";
import { player } from "./player";
import { problems } from "./problems";
import { session } from "./session";
import { setup } from "./setup";

export const fr: Texts = {
  common,
  frame,
  library,
  limits,
  session,
  setup,
  player,
  goals,
  plan,
  problems,
  faults,
};
