// The team's stages: 10, 50 and 100 users, each reached and held for STAGE (30s). 95 of 100
// requests within the limit, in each of the stages, and fewer than one in a hundred failed.
import exec from "k6/execution";

import { ask, next, slow } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const stage = __ENV.STAGE || "30s";
const users = [10, 50, 100];

export const options = {
  scenarios: {
    ramp: {
      executor: "ramping-vus",
      stages: users.flatMap((target) => [
        { duration: stage, target },
        { duration: stage, target },
      ]),
      gracefulRampDown: "10s",
    },
  },
  thresholds: {
    http_req_failed: ["rate<0.01"],
    checks: ["rate>0.99"],
    http_req_duration: [slow],
    ...Object.fromEntries(users.map((count) => [`http_req_duration{users:${count}}`, [slow]])),
  },
  summaryTrendStats: trend,
};

export default function () {
  const most = exec.instance.vusActive;
  exec.vu.metrics.tags.users = String(users.find((count) => most <= count) || users.at(-1));
  ask(next(exec.vu.iterationInScenario));
}
