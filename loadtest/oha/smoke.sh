#!/usr/bin/env bash
# Puts a short load on each route of a running demo with oha: every answer must have the
# status that is due, 95 of 100 within 500 ms (the team's limit).
#
#   BASE_URL=http://127.0.0.1:8000 loadtest/oha/smoke.sh
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
base=${BASE_URL:-http://127.0.0.1:8000}
oha=$root/.tools/bin/oha
[ -x "$oha" ] || oha=$(command -v oha) || {
    echo "oha is missing: scripts/need oha" >&2
    exit 1
}

failed=0
measure() { # STATUS METHOD PATH [OHA ARGUMENTS...]
    local status=$1 method=$2 path=$3 result
    shift 3
    result=$("$oha" -n 500 -c 8 -t 10s --no-tui --output-format json -m "$method" "$@" "$base$path")
    # What oha calls success is any answer at all, so the statuses are counted here.
    python3 - "$method $path" "$status" "$result" <<'PYTHON' || failed=1
import json, sys
name, status, result = sys.argv[1], sys.argv[2], json.loads(sys.argv[3])
p95, codes = result["latencyPercentiles"]["p95"], result["statusCodeDistribution"]
ok = codes == {status: 500} and p95 is not None and p95 < 0.5
answers = ", ".join(f"{count} x {code}" for code, count in codes.items()) or "none"
p95 = "-" if p95 is None else f"{p95 * 1000:.2f} ms"
print(f"{'ok  ' if ok else 'FAIL'}  {name:<24} answers: {answers}   p95 {p95}")
for error, count in result["errorDistribution"].items():
    print(f"        {count} x {error}")
sys.exit(not ok)
PYTHON
}

measure 200 POST /blog/api/login -T application/json -d '{"username":"testuser"}'
measure 200 GET /api/users/42
measure 200 GET /blog/api/posts/7
measure 404 GET /nowhere
exit $failed
