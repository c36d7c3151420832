// RATE (100) requests a second for DURATION (30s) while the gateway is replaced by another
// (loadtest/drain, or a rollout that you start by hand): not one may fail. Half of the clients
// keep their connections, half open one for each request. A POST shows what a GET hides: k6
// sends a GET again when its connection was closed as it was used.
import exec from "k6/execution";

import { ask, requests } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const rate = Number(__ENV.RATE || 100);
const duration = __ENV.DURATION || "30s";

const half = {
  executor: "constant-arrival-rate",
  rate: Math.ceil(rate / 2),
  timeUnit: "1s",
  duration,
  preAllocatedVUs: 20,
  maxVUs: 2 * rate,
};

export const options = {
  scenarios: {
    kept: { ...half, exec: "kept" },
    fresh: { ...half, exec: "fresh" },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    dropped_iterations: ["count==0"],
  },
  summaryTrendStats: trend,
};

function turn() {
  return requests[exec.scenario.iterationInTest % requests.length];
}

export function kept() {
  ask(turn());
}

export function fresh() {
  ask(turn(), { Connection: "close" });
}
