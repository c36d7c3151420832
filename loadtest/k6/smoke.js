// A short load: every route answers, goes to the right service with the right Host and
// path, and none of it is slow. ITERATIONS (250) times through all requests.
import { ask, requests, slow } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const iterations = Number(__ENV.ITERATIONS || 250);

export const options = {
  scenarios: {
    smoke: { executor: "shared-iterations", vus: 4, iterations, maxDuration: "60s" },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    http_req_duration: [slow],
    // `maxDuration` ends a run that hangs without failing a check.
    iterations: [`count==${iterations}`],
  },
  summaryTrendStats: trend,
};

export default function () {
  requests.forEach((wanted) => ask(wanted));
}
