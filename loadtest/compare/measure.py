"""Rounds: each peer in turn, again and again, between looks at how fast the machine is."""

import statistics
import subprocess
import time

import pinning
import seen

# What a line of benches/traffic says, in its order.
COLUMNS = (
    "requests_per_second",
    "p50_ms",
    "p99_ms",
    "p999_ms",
    "max_ms",
    "cpu_us",
    "resident_mib",
    "user_us",
    "failed",
)

class Failed(Exception):
    """The load generator gave no numbers."""


def probe(traffic):
    """Microseconds for a fixed piece of work on the CPU of the measured."""
    process = pinning.on_measured([traffic, "probe"], stdout=subprocess.PIPE)
    said, _ = process.communicate()
    if process.returncode != 0:
        raise SystemExit("the speed probe failed")
    return float(said)


def resident(traffic, pids):
    """MiB."""
    done = subprocess.run(
        [traffic, "resident", *pids], check=True, text=True, stdout=subprocess.PIPE
    )
    return float(done.stdout)


def once(traffic, workload, address, pids, seconds, warm_up):
    """One measurement of one peer."""
    times = [str(warm_up), str(seconds), *pids]
    if workload.rate:
        argv = [traffic, "rate", address, str(workload.rate), *times]
    else:
        argv = [traffic, "load", workload.kind, address, str(workload.clients), *times]
    done = subprocess.run(argv, text=True, stdout=subprocess.PIPE)
    if done.returncode != 0:
        raise Failed(f"the load generator failed: {' '.join(map(str, argv[1:]))}")
    said = done.stdout
    return dict(zip(COLUMNS, map(float, said.split()), strict=True))


def awake(measurement, longest):
    """Once more when it gave no numbers or took far too long: the machine was suspended
    meanwhile, or what is measured was stopped."""
    for _ in range(3):
        begin = time.monotonic()
        try:
            sample, why = measurement(), "the measurement took much too long"
        except Failed as error:
            sample, why = None, str(error)
        if sample and time.monotonic() - begin < longest:
            return sample
        print(f"{why}; once more", flush=True)
    raise SystemExit(f"three times: {why}")


def rounds(traffic, workload, targets, service, count, seconds, warm_up, progress):
    """A list of samples for each target, a pair of its address and a function of its process
    ids. Each round begins with another one, so that none always follows the same."""
    samples = {name: [] for name in targets}
    names = list(targets)
    speed = probe(traffic)
    for number in range(count):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            address, pids = targets[name]
            before = seen.seen(service)
            sample = awake(
                lambda: once(traffic, workload, address, pids(), seconds, warm_up),
                2 * (warm_up + seconds) + 1,
            )
            after = seen.seen(service)
            arrived = after.requests - before.requests
            if arrived < sample["requests_per_second"] * seconds * 0.99:
                raise seen.Wrong(f"{name} answers more requests than reach the service")
            sample["arrived"] = arrived
            sample["connections_per_1000"] = (
                1000 * (after.connections - before.connections) / arrived
            )
            now = probe(traffic)
            sample["probe_us"] = (speed + now) / 2
            speed = now
            samples[name].append(sample)
            progress(workload, number, name, sample)
    return samples


def scale(results):
    """Adds what the CPU times would have been at the speed that the machine had in the median
    of all probes, and returns that probe."""
    every = [
        sample
        for samples in results.values()
        for rounds_of_one in samples.values()
        for sample in rounds_of_one
    ]
    usual = statistics.median(sample["probe_us"] for sample in every)
    for sample in every:
        factor = usual / sample["probe_us"]
        sample["cpu_us_scaled"] = sample["cpu_us"] * factor
        sample["user_us_scaled"] = sample["user_us"] * factor
    return usual


def median(samples, column):
    return statistics.median(sample[column] for sample in samples)


def ratios(ours, theirs, column):
    """Round by round: both were measured within seconds of each other."""
    return sorted(a[column] / b[column] for a, b in zip(ours, theirs, strict=True))
