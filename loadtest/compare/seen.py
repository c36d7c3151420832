"""What the service saw: a proxy is measured only when it did its work."""

import contextlib
import http.client
import json
import time
from dataclasses import dataclass

HOST = "user-service:8001"
TIMES = 20
PATIENCE = 30


class Wrong(Exception):
    """A proxy did something else."""


@dataclass(frozen=True)
class Seen:
    """The counts so far, and the last request."""

    requests: int
    connections: int
    body_bytes: int
    line: str
    fields: dict


def seen(service):
    with contextlib.closing(http.client.HTTPConnection(service, timeout=PATIENCE)) as connection:
        connection.request("GET", "/seen")
        text = connection.getresponse().read().decode("latin-1")
    counts, _, head = text.partition("\n")
    line, *fields = head.strip().split("\r\n")
    fields = dict(field.split(": ", 1) for field in fields)
    return Seen(*map(int, counts.split()), line, {name.lower(): v for name, v in fields.items()})


def verify(name, address, service):
    """Asks each kind of request and raises Wrong where the service didn't see it as it should."""

    def expect(what, is_so, due):
        if is_so != due:
            raise Wrong(f"{name}: {what} is {is_so!r}, not {due!r}")

    def ask(method, target, line, length, body=None):
        connection.request(method, "/api/users/" + target, body, {"Host": "shop.example"})
        answer = connection.getresponse()
        content = answer.read()
        expect(f"the status of {target}", answer.status, 200)
        expect(f"the length of {target}", len(content), length)
        saw = seen(service)
        expect("the request line", saw.line, line)
        expect("the Host", saw.fields.get("host"), HOST)
        return saw

    with contextlib.closing(http.client.HTTPConnection(address, timeout=PATIENCE)) as connection:
        before = seen(service)
        for _ in range(TIMES):
            after = ask("GET", "42?fields=name", "GET /42?fields=name HTTP/1.1", 1 << 10)
        expect("requests at the service", after.requests - before.requests, TIMES)
        if after.connections - before.connections > 1:
            raise Wrong(f"{name}: {TIMES} requests took several connections to the service")
        ask("GET", "large", "GET /large HTTP/1.1", 1 << 20)
        before = seen(service)
        after = ask("POST", "upload", "POST /upload HTTP/1.1", 1 << 10, bytes(64 << 10))
        expect("the upload", after.body_bytes - before.body_bytes, 64 << 10)


def verify_log(name, log, requests=TIMES + 2):
    """Waits for a line for each of so many requests, but for one in a hundred, and reads all
    there are. A log that loses lines costs less."""
    until = time.monotonic() + PATIENCE
    while True:
        with open(log, encoding="utf-8") as file:
            lines = sum(1 for _ in file)
        if lines >= 0.99 * requests:
            break
        if time.monotonic() > until:
            raise Wrong(f"{name}: {lines} lines in its log for {requests} requests")
        time.sleep(0.05)
    with open(log, encoding="utf-8") as file:
        # The last one may be half written.
        for line, _ in zip(file, range(lines - 1), strict=False):
            try:
                if "/api/users/" not in json.loads(line)["path"]:
                    raise Wrong(f"{name} logs another path: {line}")
            except (ValueError, KeyError) as error:
                raise Wrong(f"{name} logs what isn't JSON with a path: {line}") from error
