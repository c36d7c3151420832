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
    "a probe of no port": ("deployment.yaml", "port: http\n            periodSeconds: 5", "port: web\n            periodSeconds: 5", "readinessProbe asks port 'web'"),
    "plain TCP for Istio": ("service.yaml", "appProtocol: http", "appProtocol: tcp", "appProtocol is 'tcp'"),
    "the sidecar's user": ("deployment.yaml", "runAsUser: 65532", "runAsUser: 1337", "not the sidecar's"),
    "a file that isn't mounted": ("deployment.yaml", "/etc/api-gateway/gateway.yaml", "/etc/gateway.yaml", "do not run a mounted file"),
    "a ConfigMap nobody makes": ("deployment.yaml", "name: api-gateway-config", "name: gateway-config", "nothing generates"),
    "an object nobody applies": ("kustomization.yaml", "  - service.yaml\n", "", "service.yaml: not listed"),
    "an old image": ("kustomization.yaml", "newTag: ", "newTag: 0.0.", "tag of the image is"),
    "a sidecar that outlives the pod": ("deployment.yaml", "terminationDrainDuration: 25s", "terminationDrainDuration: 30s", "not below"),
}


class BrokenManifests(unittest.TestCase):
    def problems_with(self, name: str, old: str, new: str | None) -> list[str]:
        with tempfile.TemporaryDirectory() as directory:
            base = Path(directory) / "base"
            shutil.copytree(BASE, base)
            # The shipped copy stands for conf/gateway.yaml, so that this holds alone.
            conf = Path(directory) / "gateway.yaml"
            shutil.copy(BASE / "gateway.yaml", conf)
            text = (base / name).read_text()
            if new is None:
                text = text.replace("spec:\n", f"spec:\n  {old}: 1\n", 1)
            else:
                self.assertIn(old, text, f"{name} has changed: adapt this case")
                text = text.replace(old, new)
            (base / name).write_text(text)
            version = check_manifests.yaml.safe_load((BASE / "kustomization.yaml").read_text())["images"][0]["newTag"]
            return check_manifests.check(base, conf, version)

    def test_the_manifests_as_shipped_pass(self):
        self.assertEqual(self.problems_with("service.yaml", "", ""), [])

    def test_each_break_is_reported(self):
        for title, (name, old, new, expected) in CASES.items():
            with self.subTest(title):
                self.assertIn(expected, "\n".join(self.problems_with(name, old, new)))

    def test_an_image_of_another_user_is_reported(self):
        image = (check_manifests.ROOT / "Dockerfile").read_text().replace("USER 65532", "USER 1000")
        problems = "\n".join(check_manifests.image_problems(image, BASE, "0.1.0"))
        self.assertIn("USER 65532:65532", problems)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
