// The summary of every script: a table for people, and all of k6's numbers as JSON in the
// file that SUMMARY_JSON names.
export const trend = ["min", "med", "p(95)", "p(99)", "max"];

export function handleSummary(data) {
  const lines = ["", ...checks(data.root_group), "", ...requests(data), "", ...thresholds(data)];
  const outputs = { stdout: lines.join("\n") + "\n" };
  if (__ENV.SUMMARY_JSON) {
    outputs[__ENV.SUMMARY_JSON] = JSON.stringify(data, null, 2);
  }
  return outputs;
}

function checks(group) {
  return group.checks.map(({ name, passes, fails }) => {
    const total = passes + fails;
    return `${mark(fails === 0)}  ${name.padEnd(60)} ${passes}/${total}`;
  });
}

// All of them, and each part that a threshold is about.
function requests(data) {
  const reqs = data.metrics.http_reqs.values;
  const failed = data.metrics.http_req_failed.values.passes;
  const lines = [
    `requests ${reqs.count} (${reqs.rate.toFixed(0)}/s), failed ${failed}`,
    `${"latency, ms".padEnd(36)} ${trend.map((name) => name.padStart(9)).join(" ")}`,
  ];
  const metrics = Object.entries(data.metrics).sort(([a], [b]) => a.localeCompare(b));
  for (const [metric, { values }] of metrics) {
    if (metric.startsWith("http_req_duration") && metric !== EXPECTED) {
      const part = metric.slice("http_req_duration".length) || "all";
      const cells = trend.map((name) => (values[name] || 0).toFixed(2).padStart(9));
      lines.push(`${part.padEnd(36)} ${cells.join(" ")}`);
    }
  }
  return lines;
}

// A part that k6 makes by itself.
const EXPECTED = "http_req_duration{expected_response:true}";

function thresholds(data) {
  const all = Object.entries(data.metrics).flatMap(([metric, found]) =>
    Object.entries(found.thresholds || {}).map(([rule, { ok }]) => `${mark(ok)}  ${metric} ${rule}`),
  );
  return all.sort();
}

function mark(ok) {
  return ok ? "ok  " : "FAIL";
}
