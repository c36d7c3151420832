"""What is measured: how many clients ask for what."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    name: str
    title: str
    # As benches/traffic/message.rs names it, and how many busy clients there are.
    kind: str = "small"
    clients: int = 64
    # Requests a second instead of busy clients.
    rate: int = 0
    # How many times as long as others it is measured.
    times: float = 1
    # Whether peers also run with an access log, beside themselves without.
    logged: bool = False


ALL = [
    Workload("small", "GET of 1 KiB, 64 keep-alive clients"),
    Workload("fresh", "A new connection each request", kind="fresh"),
    Workload("large", "Response of 1 MiB", kind="large", clients=8),
    Workload("upload", "Upload of 64 KiB", kind="upload", clients=16),
    Workload("busy", "1,000 busy clients", clients=1000),
    # Few requests, of which the slowest hundredth counts.
    Workload("rate", "2,000 requests a second", rate=2000, times=2.5),
    Workload("log", "JSON access log", logged=True),
]
