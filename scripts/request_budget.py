#!/usr/bin/env python3
"""Says where the instructions of a request go, from callgrind's counts of a release.

    request_budget.py COUNTS REQUESTS
    request_budget.py COUNTS                prints how many allocations there were instead

COUNTS is callgrind's output for a gateway that answered so many small requests and was
started and stopped, which is in the last line.
"""

import collections
import re
import sys

# A stage is what these functions cost with all that they call. What the compiler has built
# into its caller is part of that one's.
STAGES = [
    ("read and check the head: the guard", "guard::accept::start", "guard::watch::watch"),
    ("parse it: Pingora's session", r"v1::server::HttpSession::read_request\b", None),
    ("route, limits, ids", "ProxyHttp for .*>::request_filter", None),
    ("headers for the service", "ProxyHttp for .*>::upstream_request_filter", None),
    ("address", "ProxyHttp for .*>::upstream_peer", None),
    ("write the request", "v1::client::HttpSession::write_request_header", None),
    ("read and parse the answer", "v1::client::HttpSession::read_response_task", None),
    ("headers for the client", "ProxyHttp for .*>::(upstream_)?response_filter", None),
    ("write the answer: head and body", "Session::write_response_tasks", None),
    ("connection back into the pool", "v1::client::HttpSession::reuse|pool::Waiting", None),
    ("end of the session", "protocols::http::server::Session::finish", None),
    ("metrics, access log", "ProxyHttp for .*>::logging", None),
]
# What gives memory: the allocator's own functions, and C's.
ALLOCATES = r"^(_rjem_)?(malloc|mallocx|calloc|realloc|rallocx|aligned_alloc|posix_memalign)$"
# What carries all of them.
REQUEST = "HttpServerApp>::process_new_http"
SERVE = "guard::watch::watch"
TASK = "guard::accept::start"


def edges(path):
    """{(caller, called): instructions}, {called: how often}, and all instructions."""
    names, found, calls, total = {}, collections.Counter(), collections.Counter(), 0
    caller, called, is_call = None, None, False

    def name(text):
        number, _, full = text.partition(" ")
        return names.setdefault(number, full) if full else names[number]

    with open(path, encoding="utf-8") as lines:
        for line in map(str.rstrip, lines):
            if line.startswith("fn="):
                caller = name(line[3:])
            elif line.startswith("cfn="):
                called = name(line[4:])
            elif line.startswith("calls="):
                calls[called] += int(line[len("calls=") :].split()[0])
                is_call = True
            elif re.match(r"[0-9+*-]\S* \d+$", line):
                cost = int(line.split()[1])
                if is_call:
                    found[caller, called] += cost
                else:
                    total += cost
                is_call = False
    return found, calls, total


def inclusive(found, pattern):
    """Of the functions that the pattern finds, called by others."""
    is_it = re.compile(pattern).search
    return sum(cost for (by, called), cost in found.items() if is_it(called) and not is_it(by))


def main(path, requests=None):
    found, calls, total = edges(path)
    if requests is None:
        return print(sum(n for called, n in calls.items() if re.search(ALLOCATES, called)))
    requests, told = int(requests), 0

    def tell(what, cost):
        print(f"{cost / requests:>8,.0f}  {what}")

    serve, task = inclusive(found, SERVE), inclusive(found, TASK)
    if serve < inclusive(found, REQUEST):
        print("  profile-guided: what was built into what can't be told apart")
        return tell("all", total)
    for what, pattern, without in STAGES:
        cost = inclusive(found, pattern) - (inclusive(found, without) if without else 0)
        told += cost
        tell(what, cost)
    tell("clocks around the request", serve - inclusive(found, REQUEST))
    of_request = told - (task - serve)
    tell("between these: the proxy's and Pingora's glue", inclusive(found, REQUEST) - of_request)
    tell("the runtime, other threads, start and stop", total - task)
    tell("all", total)


if __name__ == "__main__":
    main(*sys.argv[1:])
