#!/usr/bin/env python3
"""A check that never fails checks nothing: one broken copy of the manifests per rule."""

import shutil
import sys
import tempfile
import unittest
from pathlib import Path

import check_manifests

BASE = check_manifests.ROOT / "manifests/base"
CASES = {
    "a changed configuration": ("gateway.yaml", "8002", "8003", "differs from conf"),
    "an unknown field": ("deployment.yaml", "minReadySecond", None, "Additional properties"),
    "a wrong type": ("deployment.yaml", "replicas: 2", 'replicas: "2"', "not of type 'integer'"),
    "a port nobody listens on": ("deployment.yaml", "containerPort: 8000", "containerPort: 8001", "port `http` is 8001"),
    "another port by variable": ("deployment.yaml", 'value: "8000"', 'value: "8001"', "API_GATEWAY_PORT is '8001'"),
    "a service without pods": ("service.yaml", "selector:\n    app: api-gateway", "selector:\n    app: other", "does not select"),
    "a service to no port": ("service.yaml", "targetPort: http", "targetPort: web", "is no port of the container"),
    "a probe of no port": ("deployment.yaml", "path: /readyz\n              port: http-admin", "path: /readyz\n              port: web", "readinessProbe asks port 'web'"),
    "a probe of the main port": ("deployment.yaml", "path: /livez\n              port: http-admin", "path: /livez\n              port: http", "livenessProbe asks port 8000, admin.listen is 0.0.0.0:9000"),
    "an admin port moved by its number": ("deployment.yaml", "containerPort: 9000", "containerPort: 9002", "readinessProbe asks port 9002, admin.listen is 0.0.0.0:9000"),
    "a probe of another path": ("deployment.yaml", "path: /readyz", "path: /health", "readinessProbe asks for /health, expected /readyz"),
    "a probe that notices too late": ("deployment.yaml", "failureThreshold: 1", "failureThreshold: 3", "readinessProbe notices after 6s"),
    "a pod killed while it drains": ("deployment.yaml", "terminationGracePeriodSeconds: 35", "terminationGracePeriodSeconds: 25", "25 is not above drain.delay + drain.timeout, 25"),
    "no place for the upgrade socket": ("deployment.yaml", "mountPath: /run\n", "mountPath: /run/api-gateway\n", "no emptyDir is mounted at /run,"),
    "plain TCP for Istio": ("service.yaml", "appProtocol: http", "appProtocol: tcp", "appProtocol is 'tcp'"),
    "the sidecar's user": ("deployment.yaml", "runAsUser: 65532", "runAsUser: 1337", "not the sidecar's"),
    "a file that isn't mounted": ("deployment.yaml", "/etc/api-gateway/gateway.yaml", "/etc/gateway.yaml", "do not run a mounted file"),
    "a ConfigMap nobody makes": ("deployment.yaml", "name: api-gateway-config", "name: gateway-config", "nothing generates"),
    "an object nobody applies": ("kustomization.yaml", "  - service.yaml\n", "", "service.yaml: not listed"),
    "an old image": ("kustomization.yaml", "newTag: ", "newTag: 0.0.", "tag of the image is"),
    "a sidecar that outlives the pod": ("deployment.yaml", "terminationDrainDuration: 28s", "terminationDrainDuration: 35s", "not below"),
    "a sidecar gone before the gateway": ("deployment.yaml", "terminationDrainDuration: 28s", "terminationDrainDuration: 25s", "25s is not above drain.delay"),
    "an unknown supervisor": ("deployment.yaml", '"supervise", "--", "run"', '"supervise", "run"', "do not run a mounted file"),
}

# What an overlay or a later conf/gateway.yaml may say; the copy below follows it.
CONFIGURATIONS = {
    "a longer drain": ("server:\n", "server:\n  drain: { timeout: 2m }\n", "is not above drain.delay + drain.timeout, 125"),
    "another admin port": ("server:\n", "admin: { listen: '0.0.0.0:9100' }\nserver:\n", "asks port 9000, admin.listen is 0.0.0.0:9100"),
    "an admin port for the pod alone": ("server:\n", "admin: { listen: '127.0.0.1:9000' }\nserver:\n", "where the kubelet can't ask"),
    "no admin port": ("server:\n", "admin: { listen: off }\nserver:\n", "where the kubelet can't ask"),
    "another runtime_dir": ("server:\n", "server:\n  runtime_dir: /tmp/gateway/run\n", "no emptyDir is mounted at /tmp/gateway"),
}


class BrokenManifests(unittest.TestCase):
    def problems_with(self, name: str, old: str, new: str | None, both: bool = False) -> list[str]:
        with tempfile.TemporaryDirectory() as directory:
            base = Path(directory) / "base"
            shutil.copytree(BASE, base)
            # The shipped copy stands for conf/gateway.yaml, so that this holds alone.
            conf = Path(directory) / "gateway.yaml"
            shutil.copy(BASE / "gateway.yaml", conf)
            if both:
                conf.write_text(conf.read_text().replace(old, new or "", 1))
            text = (base / name).read_text()
            if new is None:
                text = text.replace("spec:\n", f"spec:\n  {old}: 1\n", 1)
            else:
                self.assertIn(old, text, f"{name} has changed: adapt this case")
                text = text.replace(old, new, 1 if both else -1)
            (base / name).write_text(text)
            version = check_manifests.yaml.safe_load((BASE / "kustomization.yaml").read_text())["images"][0]["newTag"]
            return check_manifests.check(base, conf, version)

    def test_the_manifests_as_shipped_pass(self):
        self.assertEqual(self.problems_with("service.yaml", "", ""), [])

    def test_each_break_is_reported(self):
        for title, (name, old, new, expected) in CASES.items():
            with self.subTest(title):
                self.assertIn(expected, "\n".join(self.problems_with(name, old, new)))

    def test_a_configuration_that_the_pod_does_not_fit_is_reported(self):
        for title, (old, new, expected) in CONFIGURATIONS.items():
            with self.subTest(title):
                self.assertIn(expected, "\n".join(self.problems_with("gateway.yaml", old, new, both=True)))

    def test_an_image_of_another_user_is_reported(self):
        image = (check_manifests.ROOT / "Dockerfile").read_text().replace("USER 65532", "USER 1000")
        problems = "\n".join(check_manifests.image_problems(image, BASE, "0.1.0"))
        self.assertIn("USER 65532:65532", problems)

    def test_a_unit_that_does_not_fit_is_reported(self):
        unit = (check_manifests.ROOT / "conf/systemd/api-gateway.service").read_text()
        conf = check_manifests.yaml.safe_load((BASE / "gateway.yaml").read_text())
        self.assertEqual(check_manifests.unit_problems(unit, conf), [])
        for old, new, expected in (
            ("TimeoutStopSec=35s", "TimeoutStopSec=25s", "is not above drain.delay"),
            ("upgrade --config /etc/", "upgrade --config /opt/", "doesn't upgrade what"),
            ("RuntimeDirectory=api-gateway", "RuntimeDirectory=gateway", "is not server.runtime_dir"),
        ):
            with self.subTest(new):
                self.assertIn(old, unit)
                self.assertIn(expected, "\n".join(check_manifests.unit_problems(unit.replace(old, new), conf)))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
