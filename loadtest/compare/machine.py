"""What it was measured on."""

import os
import pathlib
import platform


def line_after(path, key, separator):
    """The value of the first line with this key."""
    for line in pathlib.Path(path).read_text(encoding="utf-8").splitlines():
        name, found, value = line.partition(separator)
        if found and name.strip() == key:
            return value.strip().strip('"')
    return "unknown"


def described():
    kib = int(line_after("/proc/meminfo", "MemTotal", ":").split()[0])
    return {
        "cpu": line_after("/proc/cpuinfo", "model name", ":"),
        "cpus": os.cpu_count(),
        "memory_gib": round(kib / (1 << 20)),
        "system": line_after("/etc/os-release", "PRETTY_NAME", "="),
        "kernel": platform.release(),
        "architecture": platform.machine(),
    }
