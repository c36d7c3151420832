// What is asked, of whom, and what has to come back. From the environment:
//
//   BASE_URL   where the gateway is
//   REQUESTS   a file of requests, by its path from here; those of the demo by default
//   P95_MS     the limit for 95 of 100 requests; the team's by default
import http from "k6/http";
import { check } from "k6";

export const base = __ENV.BASE_URL || "http://127.0.0.1:8000";
export const p95 = Number(__ENV.P95_MS || 500);
export const slow = `p(95)<${p95}`;

// `status` are those of which one is due. `host` and `path` are what the service has to have
// seen, where it echoes that as the demo's do; `host` is what the sidecar would route by.
export const requests = JSON.parse(open(__ENV.REQUESTS || "../requests/demo.json"));

// A 404 where a 404 is due is no failed request.
http.setResponseCallback(http.expectedStatuses(...requests.flatMap((wanted) => wanted.status)));

// One request and its checks. `headers` come to the usual ones.
export function ask(wanted, headers = {}) {
  const name = `${wanted.method} ${wanted.url}`;
  const body = wanted.method === "POST" ? JSON.stringify({ username: "testuser" }) : null;
  const response = http.request(wanted.method, base + wanted.url, body, {
    headers: { "Content-Type": "application/json", ...headers },
    tags: { name },
    redirects: 0,
    timeout: "10s",
  });
  const checks = {
    [`${name}: status ${wanted.status.join(" or ")}`]: (r) => wanted.status.includes(r.status),
  };
  for (const part of ["host", "path"]) {
    if (wanted[part]) {
      checks[`${name}: ${part} ${wanted[part]}`] = (r) => echoed(r)[part] === wanted[part];
    }
  }
  check(response, checks, { name });
  return response;
}

// Each of them in turn, over all iterations.
export function next(iteration) {
  return requests[iteration % requests.length];
}

function echoed(response) {
  try {
    return response.json();
  } catch (_) {
    return {};
  }
}
