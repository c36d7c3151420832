// The fault that this gateway is there to prevent: a request that reaches the sidecar with a
// Host which isn't the service's is routed nowhere, and answered 503. Whatever Host, and
// whatever else that names one, a client sends, the service sees its own, and nothing is 503.
import { check } from "k6";

import { ask, requests } from "./lib/target.js";
import { trend } from "./lib/summary.js";

export { handleSummary } from "./lib/summary.js";

const iterations = Number(__ENV.ITERATIONS || 20);

const disguises = [
  {},
  { Host: "shop.example" },
  { Host: "SHOP.example:8080" },
  { Host: "10.244.1.15:8001" },
  { Host: "[fd00::15]:8001" },
  { Host: "user-service:8001" },
  { Host: "auth-service.titanium-prod.svc.cluster.local" },
  { "X-Forwarded-Host": "blog-service:8005" },
  { Forwarded: "host=blog-service:8005" },
  { "X-Original-Host": "10.244.1.15", "X-Host": "10.244.1.15" },
];

export const options = {
  scenarios: {
    host: { executor: "shared-iterations", vus: 2, iterations, maxDuration: "60s" },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    iterations: [`count==${iterations}`],
  },
  summaryTrendStats: trend,
};

export default function () {
  for (const headers of disguises) {
    for (const wanted of requests) {
      const response = ask(wanted, headers);
      check(response, { "no 503": (r) => r.status !== 503 });
    }
  }
}
