// USERS (20) for DURATION (10m), a request each every tenth of a second. None may fail, and
// the last third has to be within the limit as the first is: what grows with time shows there.
import exec from "k6/execution";
import { sleep } from "k6";

import { ask, next, slow } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const parts = ["1 first third", "2 second third", "3 last third"];

export const options = {
  scenarios: {
    soak: {
      executor: "constant-vus",
      vus: Number(__ENV.USERS || 20),
      duration: __ENV.DURATION || "10m",
    },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    http_req_duration: [slow],
    ...Object.fromEntries(parts.map((part) => [`http_req_duration{part:${part}}`, [slow]])),
  },
  summaryTrendStats: trend,
};

export default function () {
  const part = Math.floor(exec.scenario.progress * parts.length);
  exec.vu.metrics.tags.part = parts[Math.min(part, parts.length - 1)];
  ask(next(exec.vu.iterationInScenario));
  sleep(0.1);
}
