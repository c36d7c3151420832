// A short load on the demo: every route answers, goes to the right service with the
// right Host and path, and none of it is slow.
//
//   k6 run loadtest/k6/smoke.js            BASE_URL, ITERATIONS, SUMMARY_JSON from the environment
import http from "k6/http";
import { check, group } from "k6";

const base = __ENV.BASE_URL || "http://127.0.0.1:8000";

// The demo's services echo what they received; `host` is what the sidecar would see.
const requests = [
  { method: "POST", url: "/blog/api/login", status: 200, host: "auth-service:8002", path: "/login" },
  { method: "GET", url: "/api/users/42", status: 200, host: "user-service:8001", path: "/42" },
  { method: "GET", url: "/blog/api/posts/7", status: 200, host: "blog-service:8005", path: "/blog/api/posts/7" },
  { method: "GET", url: "/nowhere", status: 404 },
];

const iterations = Number(__ENV.ITERATIONS || 250);
const trend = ["min", "med", "p(95)", "p(99)", "max"];

// A 404 where a 404 is due is no failed request.
http.setResponseCallback(http.expectedStatuses(200, 404));

export const options = {
  scenarios: {
    smoke: {
      executor: "shared-iterations",
      vus: 4,
      iterations,
      maxDuration: "60s",
    },
  },
  thresholds: {
    checks: ["rate==1"],
    http_req_failed: ["rate==0"],
    // The team's limit.
    http_req_duration: ["p(95)<500"],
    // `maxDuration` ends a run that hangs without failing a check.
    iterations: [`count==${iterations}`],
  },
  summaryTrendStats: trend,
};

export default function () {
  for (const wanted of requests) {
    const name = `${wanted.method} ${wanted.url}`;
    group(name, () => {
      const body = wanted.method === "POST" ? JSON.stringify({ username: "testuser" }) : null;
      const response = http.request(wanted.method, base + wanted.url, body, {
        headers: { "Content-Type": "application/json" },
        tags: { name },
        timeout: "10s",
      });
      const checks = { [`status ${wanted.status}`]: (r) => r.status === wanted.status };
      if (wanted.host) {
        checks[`host ${wanted.host}`] = (r) => echoed(r).host === wanted.host;
        checks[`path ${wanted.path}`] = (r) => echoed(r).path === wanted.path;
      }
      check(response, checks);
    });
  }
}

function echoed(response) {
  try {
    return response.json();
  } catch (_) {
    return {};
  }
}

export function handleSummary(data) {
  const milliseconds = (value) => `${value.toFixed(2)} ms`;
  const duration = data.metrics.http_req_duration.values;
  const lines = [""];
  for (const one of data.root_group.groups) {
    lines.push(one.name);
    for (const result of one.checks) {
      const total = result.passes + result.fails;
      lines.push(`  ${result.fails ? "FAIL" : "ok  "}  ${result.name.padEnd(32)} ${result.passes}/${total}`);
    }
  }
  lines.push(
    "",
    `requests  ${data.metrics.http_reqs.values.count} (${data.metrics.http_reqs.values.rate.toFixed(0)}/s)`,
    `duration  ${trend.map((name) => `${name} ${milliseconds(duration[name])}`).join("   ")}`,
  );
  for (const [metric, { thresholds }] of Object.entries(data.metrics)) {
    for (const [rule, { ok }] of Object.entries(thresholds || {})) {
      lines.push(`  ${ok ? "ok  " : "FAIL"}  ${metric} ${rule}`);
    }
  }
  const outputs = { stdout: lines.join("\n") + "\n" };
  if (__ENV.SUMMARY_JSON) {
    outputs[__ENV.SUMMARY_JSON] = JSON.stringify(data, null, 2);
  }
  return outputs;
}
