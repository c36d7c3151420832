"""The proxies, each configured for the same work: strip `/api/users`, set Host, keep
connections to the service, one worker."""

import contextlib
import http.client
import json
import os
import pathlib
import socket
import subprocess
import time

import pinning
import programs

CONFIGURATIONS = pathlib.Path(__file__).with_name("peers")
PATIENCE = 30


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def configured(name, work, **values):
    """The file of this name with its @WORDS@ replaced, in the peer's directory. A number or
    a list of JSON takes the place of the quotes, too."""
    text = (CONFIGURATIONS / name).read_text(encoding="utf-8")
    for word, value in {"WORK": work, **values}.items():
        if not isinstance(value, (str, pathlib.Path)):
            text = text.replace(f'"@{word}@"', json.dumps(value))
        text = text.replace(f"@{word}@", str(value))
    path = pathlib.Path(work) / name
    path.write_text(text, encoding="utf-8")
    return str(path)


class Peer:
    """A process that was started. `listen` is None where it takes a port of its own and
    prints it. What it says goes to a file, and its standard output to another where that is
    its access log."""

    def __init__(self, name, work, argv, listen=None, printed="output", environment=None):
        self.name = name
        self.output = pathlib.Path(work) / "output"
        begin = time.monotonic()
        with open(self.output, "ab") as said, open(pathlib.Path(work) / printed, "ab") as out:
            self.process = pinning.on_measured(
                argv,
                stdin=subprocess.PIPE,
                stdout=out if listen else subprocess.PIPE,
                stderr=said,
                env=environment,
            )
        self.address = listen or "127.0.0.1:" + self.process.stdout.readline().decode().strip()
        self._answers()
        self.started_ms = 1000 * (time.monotonic() - begin)

    def _answers(self):
        """Waits until it does."""
        until = time.monotonic() + PATIENCE
        while True:
            with (
                contextlib.suppress(OSError, http.client.HTTPException),
                contextlib.closing(http.client.HTTPConnection(self.address, timeout=1)) as one,
            ):
                one.request("GET", "/api/users/42?fields=name", headers={"Host": "shop.example"})
                if one.getresponse().status == 200:
                    return
            if self.process.poll() is not None or time.monotonic() > until:
                said = self.output.read_text(encoding="utf-8", errors="replace")
                raise SystemExit(f"{self.name} doesn't serve:\n{said}")
            time.sleep(0.001)

    def pids(self):
        """Its own and its children's."""
        found, new = [], [str(self.process.pid)]
        while new:
            pid = new.pop()
            found.append(pid)
            for task in pathlib.Path(f"/proc/{pid}/task").iterdir():
                with contextlib.suppress(OSError):
                    new += (task / "children").read_text(encoding="ascii").split()
        return found

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def gateway(name, program, service, work, log):
    listen = f"127.0.0.1:{free_port()}"
    values = {"LISTEN": listen, "SERVICE": service, "LOG": log or "off"}
    file = configured("gateway.yaml", work, **values)
    return Peer(name, work, [program, "run", "--config", file], listen)


def bare(name, program, service, work, _log):
    listen = f"127.0.0.1:{free_port()}"
    return Peer(name, work, [program, listen, service], listen)


def nginx(name, program, service, work, log):
    listen = f"127.0.0.1:{free_port()}"
    to = f"{log} json buffer=64k flush=1s" if log else "off"
    file = configured("nginx.conf", work, LISTEN=listen, SERVICE=service, LOG=to)
    argv = [program, "-p", work, "-e", f"{work}/nginx.error", "-c", file]
    # As root its workers would be nobody, who may not write here.
    argv += ["-g", "user root;"] if os.geteuid() == 0 else []
    return Peer(name, work, argv, listen)


def haproxy(name, program, service, work, log):
    listen = f"127.0.0.1:{free_port()}"
    to = "log stdout format raw local0" if log else ""
    file = configured("haproxy.cfg", work, LISTEN=listen, SERVICE=service, LOG=to)
    argv = [program, "-db", "-f", file]
    printed = pathlib.Path(log).name if log else "output"
    return Peer(name, work, argv, listen, printed, programs.libraries("haproxy"))


def envoy(name, program, service, work, log):
    port = free_port()
    logs = []
    if log:
        logs = json.loads(pathlib.Path(configured("envoy-log.json", work, FILE=log)).read_text())
    values = {"PORT": port, "SERVICE_PORT": int(service.split(":")[1]), "LOG": logs}
    file = configured("envoy.json", work, **values)
    argv = [program, "-c", file, "--concurrency", "1", "--disable-hot-restart"]
    # By default lines wait for ten seconds.
    argv += ["--log-level", "warn", "--file-flush-interval-msec", "1000"]
    return Peer(name, work, argv, f"127.0.0.1:{port}")


def go(name, program, service, work, _log):
    # It prints its port, and ends with its standard input.
    return Peer(name, work, [program, f"-user={service}"])
