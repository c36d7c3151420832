#!/usr/bin/env python3
"""Tests of the comparison's own parts; no proxy is needed."""

import contextlib
import http.client
import tempfile
import threading
import unittest
import xml.etree.ElementTree as xml
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest import mock

import chart
import measure
import pinning
import report
import seen
import table


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def body(self):
        return self.rfile.read(int(self.headers.get("Content-Length", 0)))

    def answer(self, content):
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


class Service(Handler):
    """As benches/traffic/service.rs."""

    def setup(self):
        super().setup()
        self.counted = False

    def do_GET(self):
        server = self.server
        if self.path == "/seen":
            counts = f"{server.requests} {server.connections} {server.body_bytes}\n"
            return self.answer(counts.encode() + server.head)
        server.connections += not self.counted
        self.counted = True
        server.requests += 1
        server.body_bytes += len(self.body())
        server.head = f"{self.requestline}\n{self.headers}".replace("\n", "\r\n").encode()
        self.answer(bytes(1 << 20 if self.path == "/large" else 1 << 10))

    do_POST = do_GET


class Proxy(Handler):
    """One that does its work, but for what its server says."""

    def setup(self):
        super().setup()
        self.kept = None

    def do_GET(self):
        if self.kept is not None and not self.server.pools:
            self.kept.close()
            self.kept = None
        if self.kept is None:
            self.kept = http.client.HTTPConnection(self.server.service)
        host = self.server.host or self.headers["Host"]
        path = self.path.removeprefix(self.server.strips)
        self.kept.request(self.command, path, self.body() or None, {"Host": host})
        self.answer(self.kept.getresponse().read())

    def finish(self):
        super().finish()
        if self.kept is not None:
            self.kept.close()

    do_POST = do_GET


@contextlib.contextmanager
def serving(handler, **state):
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    vars(server).update(state)
    threading.Thread(target=server.serve_forever, args=[0.02], daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


class Verification(unittest.TestCase):
    def verify(self, **differently):
        usual = {"host": seen.HOST, "strips": "/api/users", "pools": True}
        counts = {"requests": 0, "connections": 0, "body_bytes": 0, "head": b""}
        with serving(Service, **counts) as service:
            with serving(Proxy, service=service, **{**usual, **differently}) as proxy:
                seen.verify("a proxy", proxy, service)

    def test_a_proxy_that_does_its_work_passes(self):
        self.verify()

    def test_a_host_that_the_client_sent_is_refused(self):
        with self.assertRaisesRegex(seen.Wrong, "the Host is 'shop.example'"):
            self.verify(host=None)

    def test_a_prefix_that_stays_is_refused(self):
        with self.assertRaisesRegex(seen.Wrong, "the request line is 'GET /api/users/42"):
            self.verify(strips="/other")

    def test_a_connection_for_each_request_is_refused(self):
        with self.assertRaisesRegex(seen.Wrong, "several connections"):
            self.verify(pools=False)

    def test_a_log_that_loses_lines_is_refused(self):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as log:
            log.write('{"path":"/api/users/42"}\n' * 98)
            log.flush()
            seen.verify_log("a proxy", log.name, 98)
            with mock.patch.object(seen, "PATIENCE", 0):
                with self.assertRaisesRegex(seen.Wrong, "98 lines in its log for 100"):
                    seen.verify_log("a proxy", log.name, 100)

    def test_a_log_of_something_else_is_refused(self):
        with tempfile.NamedTemporaryFile("w", encoding="utf-8") as log:
            log.write("GET /api/users/42\n" * 100)
            log.flush()
            with self.assertRaisesRegex(seen.Wrong, "isn't JSON"):
                seen.verify_log("a proxy", log.name, 100)


def samples(*values, key="cpu_us", **more):
    """Rounds of one peer."""
    usual = {"probe_us": 1.0, "failed": 0, **more}
    return [{key: value, "user_us": value / 2, **usual} for value in values]


class Numbers(unittest.TestCase):
    def test_a_slow_machine_makes_nobody_slow(self):
        slow = samples(40.0)
        slow[0]["probe_us"] = 2.0
        results = {"small": {"one": slow, "other": samples(20.0, 20.0)}}
        self.assertEqual(measure.scale(results), 1.0)
        self.assertEqual(slow[0]["cpu_us_scaled"], 20.0)
        self.assertEqual(slow[0]["user_us_scaled"], 10.0)

    def test_ratios_are_of_the_same_round(self):
        ours, theirs = samples(1.0, 4.0, 3.0), samples(2.0, 4.0, 2.0)
        self.assertEqual(measure.ratios(ours, theirs, "cpu_us"), [0.5, 1.0, 1.5])

    def test_latency_is_what_comes_to_a_direct_one(self):
        rate = {"direct": samples(0.1, key="p50_ms"), "one": samples(0.3, key="p50_ms")}
        row = table.added({"rate": rate}, "p50_ms", "added")
        self.assertEqual({peer: round(value) for peer, value in row.cells.items()}, {"one": 200})

    def test_a_log_is_compared_with_the_same_peer_without(self):
        log = {"one": samples(10.0), "one log": samples(12.5), "other": samples(9.0)}
        measure.scale({"log": log})
        self.assertEqual(table.log_adds({"log": log}).cells, {"one": 2.5})

    def test_failed_requests_are_told(self):
        results = {"busy": {"one": samples(1.0, failed=3), "other": samples(1.0)}}
        self.assertEqual(table.failures(results), ["one: 3 requests failed (busy)"])

    def test_the_second_thread_of_a_core_is_left_alone(self):
        threads = {0: {0, 2}, 1: {1, 3}, 2: {0, 2}, 3: {1, 3}}
        with mock.patch.object(pinning, "siblings", threads.get):
            self.assertEqual(pinning.split([0, 1, 2, 3]), ({0}, {1, 3}))
            self.assertEqual(pinning.split([0, 2]), ({0}, {2}))

    def test_one_cpu_is_too_few(self):
        with self.assertRaises(SystemExit):
            pinning.split([0])

    def test_a_machine_that_stood_still_is_measured_again(self):
        clock = mock.Mock()
        samples = [measure.Failed("stopped"), {"p50_ms": 97.0}, {"p50_ms": 1.0}]
        measurement = mock.Mock(side_effect=samples)
        clock.monotonic.side_effect = [0, 1, 98, 99, 100]
        with mock.patch.object(measure, "time", clock), mock.patch("builtins.print"):
            self.assertEqual(measure.awake(measurement, 5), {"p50_ms": 1.0})

    def test_a_load_generator_that_fails_ends_it(self):
        measurement = mock.Mock(side_effect=measure.Failed("no request succeeded"))
        with mock.patch("builtins.print"):
            with self.assertRaisesRegex(SystemExit, "no request succeeded"):
                measure.awake(measurement, 5)


class Pages(unittest.TestCase):
    def test_bars_are_as_long_as_their_numbers(self):
        values = [("gateway", 10.0), ("other", 40.0)]
        drawn = xml.fromstring(chart.bars("a < b", values, 1, ["gateway"]))
        rects = drawn.findall("{http://www.w3.org/2000/svg}rect")
        widths = [float(rect.get("width")) for rect in rects]
        self.assertAlmostEqual(widths[0] * 4, widths[1], delta=1)
        self.assertEqual([rect.get("class") for rect in rects], ["ours", "bar"])

    def test_the_page_has_a_column_for_each_peer(self):
        results = {
            "small": {
                "gateway": samples(20.0, requests_per_second=50.0, connections_per_1000=0.0),
                "nginx": samples(10.0, requests_per_second=100.0, connections_per_1000=0.0),
            }
        }
        measure.scale(results)
        whole = {
            "date": "2026-01-01",
            "machine": dict.fromkeys(["cpu", "cpus", "memory_gib", "system", "kernel"], "?"),
            "versions": {"gateway": "0.1", "nginx": "1.22"},
            "how": {"command": "compare", "rounds": 1, "seconds": 1.0},
            "probe_us": {"median": 1.0, "lowest": 1.0, "highest": 1.0},
            "idle_mib": {"gateway": 5.0},
            "start_ms": {"gateway": [30.0, 12.0, 11.0], "nginx": [9.0, 8.0]},
            "results": results,
        }
        page = report.markdown(whole, ["gateway", "nginx"], ["gateway"])
        self.assertIn("| 1 KiB GET, 64 keep-alive clients, µs of CPU | 20.0 | 10.0 |", page)
        self.assertIn("| idle resident, MiB | 5.0 | - |", page)
        self.assertIn("| from start to first answer, ms | 12.0 | 8.5 |", page)
        self.assertIn("| 1 KiB GET, CPU | **2.00** (2.00 to 2.00) |", page)


if __name__ == "__main__":
    unittest.main()
