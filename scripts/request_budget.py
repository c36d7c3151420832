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

# A stage is what these functions cost with all that they call, and without what the others
# are called for. What the compiler has built into its caller is part of that one's.
TASK = "guard::accept::start"
BEGIN = "StraightWay>::begin"
SERVE = "Straight::serve"
STAGES = [
    ("route, limits, ids", BEGIN),
    ("change and write the heads, of request and answer", "fields::edits::Edits"),
    ("read the answer and find its fields", "Service::poll_fill|httparse::Response"),
    ("write the answer: head and body", "ClientSide::write_all|Reply::finish"),
    ("connection out of the pool and back", "upstream::pool::Pool"),
    ("metrics, access log", "proxy::ctx::Ctx>::tell"),
]
# What gives memory: the allocator's own functions, and C's.
ALLOCATES = r"^(_rjem_)?(malloc|mallocx|calloc|realloc|rallocx|aligned_alloc|posix_memalign)$"


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
    requests = int(requests)

    def tell(what, cost):
        print(f"{cost / requests:>8,.0f}  {what}")

    begin, serve, task = (inclusive(found, of) for of in (BEGIN, SERVE, TASK))
    stages = [(what, inclusive(found, pattern)) for what, pattern in STAGES]
    if not all(cost for _, cost in stages):
        print("  profile-guided: what was built into what can't be told apart")
        return tell("all", total)
    tell("wait for the head, read and check it: the guard", task - serve - begin)
    for what, cost in stages:
        tell(what, cost)
    between = serve + begin - sum(cost for _, cost in stages)
    tell("between these: write the request, follow the answer", between)
    tell("the runtime, other threads, start and stop", total - task)
    tell("all", total)


if __name__ == "__main__":
    main(*sys.argv[1:])
