"""Which CPU the measured process has for itself, and which are everybody else's."""

import os
import pathlib
import subprocess


def siblings(cpu):
    """The hardware threads of this one's core."""
    path = pathlib.Path(f"/sys/devices/system/cpu/cpu{cpu}/topology/thread_siblings_list")
    try:
        text = path.read_text(encoding="ascii")
    except OSError:
        return {cpu}
    found = set()
    for part in text.strip().split(","):
        first, _, last = part.partition("-")
        found.update(range(int(first), int(last or first) + 1))
    return found


def split(cpus):
    """One CPU and the others, without its core's second thread where there is a choice."""
    first, *others = sorted(cpus)
    if not others:
        raise SystemExit("a comparison needs two CPUs: one for the proxy, one for the load")
    apart = [cpu for cpu in others if cpu not in siblings(first)]
    return {first}, set(apart or others)


MEASURED, OTHERS = split(os.sched_getaffinity(0))


def on_measured(argv, **options):
    """Starts a process there. Whatever it starts stays there, too."""
    return subprocess.Popen(argv, preexec_fn=lambda: os.sched_setaffinity(0, MEASURED), **options)
