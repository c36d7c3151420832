#!/usr/bin/env python3
"""Measures the gateway beside other proxies that do the same work. README.md says how.

    compare.py [--quick] [--only WORKLOAD,...] [--peers PEER;...] [--results DIRECTORY] [NAME=GATEWAY...]

GATEWAY is a further binary of the gateway, measured as NAME beside the others.
"""

import argparse
import contextlib
import datetime
import os
import pathlib
import resource
import shutil
import signal
import subprocess
import sys
import tempfile

import machine
import measure
import peers
import pinning
import programs
import report
import seen
import workloads

OURS = "gateway"


def definitions(built, more):
    """For each peer how it is started, its program, and its version."""
    ours = programs.commit()
    nginx, haproxy = programs.installed("nginx"), programs.installed("haproxy")
    envoy = programs.envoy()
    go = programs.number(programs.said(programs.TOOLS / "venv/bin/go", "version"))
    haproxy_says = programs.said(haproxy, "-v", env=programs.libraries("haproxy"))
    return {
        OURS: (peers.gateway, built["api-gateway"], ours),
        **{name: (peers.gateway, path, ours) for name, path in more.items()},
        "bare Pingora": (peers.bare, built["bare"], programs.locked("pingora-proxy")),
        "nginx": (peers.nginx, nginx, programs.number(programs.said(nginx, "-v"))),
        "haproxy": (peers.haproxy, haproxy, programs.number(haproxy_says)),
        "Envoy": (peers.envoy, envoy, programs.number(programs.said(envoy, "--version"))),
        "Go, tuned": (peers.go, programs.go("tuned", "loadtest/compare/go-tuned"), go),
        "Go, the team's": (peers.go, programs.go("team", "tests/go/reference"), go),
    }


# Those that can log as JSON.
LOGGING = {peers.gateway, peers.nginx, peers.haproxy, peers.envoy}


@contextlib.contextmanager
def started_service(traffic):
    process = subprocess.Popen([traffic, "service"], stdout=subprocess.PIPE, text=True)
    try:
        yield process.stdout.readline().strip()
    finally:
        process.kill()
        process.wait()


@contextlib.contextmanager
def started(definitions_of, workload, service, work):
    """All peers of a workload, new ones for each: what one left in memory isn't the next's."""
    with contextlib.ExitStack() as stack:
        running = {}
        for name, (start, program, _) in definitions_of.items():
            for logged in (False, True) if workload.logged else (False,):
                if workload.logged and start not in LOGGING:
                    continue
                full = name + " log" if logged else name
                place = work / workload.name / full.replace(" ", "-").replace("'", "")
                place.mkdir(parents=True)
                log = place / "access.log" if logged else None
                peer = start(full, program, service, place, log)
                stack.callback(peer.stop)
                running[full] = (peer, log)
        yield running


def measured(definitions_of, workload, traffic, arguments, work):
    """The samples of a workload by peer, what each peer occupied before it was measured, and how
    long it took from its start to its first answer."""
    with (
        started_service(traffic) as service,
        started(definitions_of, workload, service, work) as running,
    ):
        idle = {
            name: measure.resident(traffic, peer.pids()) for name, (peer, _) in running.items()
        }
        starts = {name: peer.started_ms for name, (peer, _) in running.items()}
        for name, (peer, log) in running.items():
            seen.verify(name, peer.address, service)
            if log:
                seen.verify_log(name, log)
        targets = {name: (peer.address, peer.pids) for name, (peer, _) in running.items()}
        if workload.rate:
            targets["direct"] = (service, list)
        samples = measure.rounds(
            traffic,
            workload,
            targets,
            service,
            arguments.rounds,
            arguments.seconds * workload.times,
            arguments.warm_up,
            progress,
        )
        for name, (_, log) in running.items():
            if log:
                arrived = sum(sample["arrived"] for sample in samples[name])
                seen.verify_log(name, log, arrived + seen.TIMES + 2)
    # The logs are gigabytes.
    shutil.rmtree(work / workload.name)
    return samples, idle, starts


def progress(workload, number, name, sample):
    print(
        f"{workload.name:<7} {number + 1:>2} {name:<16} {sample['requests_per_second']:>8.0f}/s"
        f" {sample['cpu_us']:>7.1f} us  p50 {sample['p50_ms']:>7.3f}  p99 {sample['p99_ms']:>7.3f} ms"
        f"  {sample['resident_mib']:>5.1f} MiB  probe {sample['probe_us']:>5.0f}",
        flush=True,
    )


def parsed(argv):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="less of everything, under 3 minutes")
    parser.add_argument("--only", help="these workloads, comma between")
    parser.add_argument("--peers", help="these peers, semicolons between")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--seconds", type=float)
    parser.add_argument("--warm-up", type=float)
    parser.add_argument("--results", help="the directory to write to")
    parser.add_argument("more", nargs="*", metavar="NAME=GATEWAY")
    arguments = parser.parse_args(argv)
    usual = (2, 0.22, 0.1) if arguments.quick else (5, 1.5, 0.5)
    for name, value in zip(("rounds", "seconds", "warm_up"), usual, strict=True):
        if getattr(arguments, name) is None:
            setattr(arguments, name, value)
    place = "target/compare/results" if arguments.quick else "loadtest/results"
    arguments.results = arguments.results or programs.ROOT / place
    chosen = arguments.only.split(",") if arguments.only else [one.name for one in workloads.ALL]
    arguments.workloads = [one for one in workloads.ALL if one.name in chosen]
    if len(arguments.workloads) != len(chosen):
        parser.error(f"workloads are {', '.join(one.name for one in workloads.ALL)}")
    arguments.more = dict(one.split("=", 1) for one in arguments.more)
    return arguments


def main(argv):
    arguments = parsed(argv)
    # What was started is stopped then, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    programs.PLACE.mkdir(parents=True, exist_ok=True)
    built = programs.cargo()
    definitions_of = definitions(built, arguments.more)
    if arguments.peers:
        definitions_of = {name: definitions_of[name] for name in arguments.peers.split(";")}
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    os.sched_setaffinity(0, pinning.OTHERS)

    results, idle, starts = {}, {}, {}
    with tempfile.TemporaryDirectory() as work:
        for workload in arguments.workloads:
            samples, before, started_ms = measured(
                definitions_of, workload, built["traffic"], arguments, pathlib.Path(work)
            )
            results[workload.name] = samples
            idle = idle or before
            for name in definitions_of.keys() & started_ms.keys():
                starts.setdefault(name, []).append(started_ms[name])
    usual = measure.scale(results)
    probes = [one["probe_us"] for of in results.values() for all in of.values() for one in all]
    names = list(definitions_of)
    whole = {
        "date": datetime.date.today().isoformat(),
        "machine": machine.described(),
        "versions": {name: version for name, (_, _, version) in definitions_of.items()},
        "how": {
            "command": "compare-quick" if arguments.quick else "compare",
            "rounds": arguments.rounds,
            "seconds": arguments.seconds,
            "warm_up": arguments.warm_up,
            "workloads": {one.name: one.title for one in arguments.workloads},
        },
        "probe_us": {"median": usual, "lowest": min(probes), "highest": max(probes)},
        "idle_mib": idle,
        "start_ms": starts,
        "results": results,
    }
    ours = [OURS, *arguments.more]
    print(report.write(whole, names, ours, arguments.results))
    print(f"written to {os.path.relpath(arguments.results)}")
    failed = [
        peer for of in results.values() for peer in ours if any(s["failed"] for s in of.get(peer, []))
    ]
    return f"requests of {failed[0]} failed" if failed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except seen.Wrong as wrong:
        sys.exit(f"not measured: {wrong}")
