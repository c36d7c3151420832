// RATE (200) requests a second for DURATION (30s), however long answers take: users who come
// don't wait for those before them. Limits for 95 and, P99_MS (1000), 99 of 100 requests. A
// request that finds no free client isn't sent; that one is too many.
import exec from "k6/execution";

import { ask, next, slow } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const rate = Number(__ENV.RATE || 200);
const p99 = Number(__ENV.P99_MS || 1000);

export const options = {
  scenarios: {
    rate: {
      executor: "constant-arrival-rate",
      rate,
      timeUnit: "1s",
      duration: __ENV.DURATION || "30s",
      preAllocatedVUs: Math.max(10, Math.ceil(rate / 10)),
      maxVUs: 2 * rate,
    },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    http_req_duration: [slow, `p(99)<${p99}`],
    dropped_iterations: ["count==0"],
  },
  summaryTrendStats: trend,
};

export default function () {
  ask(next(exec.scenario.iterationInTest));
}
