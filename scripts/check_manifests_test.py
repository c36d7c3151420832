#!/usr/bin/env python3
"""A check that never fails checks nothing: one broken copy of the manifests per rule."""

import shutil
import sys
import tempfile
import tomllib
import unittest
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import check_manifests
import manifests_tools
import migration_check

ROOT = check_manifests.ROOT
BASE = ROOT / "manifests/base"
VERSION = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
BUILDS = {build.directory: build for build in check_manifests.BUILDS}
ISTIO, MONITORING = "components/istio/", "components/monitoring/"
LOCAL, PROD, EVERYTHING = "overlays/local", "overlays/titanium-prod", "overlays/everything"

# What is broken: the file below manifests/, what it says, what it says then, what is found.
# By the tree alone, in what is built of base or of the overlay that the last word names.
CASES = {
    "a changed configuration": ("base/gateway.yaml", "8002", "8003", "differs from conf"),
    "an unknown field": ("base/deployment.yaml", "spec:\n  #", "spec:\n  minReadySecond: 1\n  #", "Additional properties"),
    "a wrong type": ("base/deployment.yaml", "maxSurge: 1", 'maxSurge: [1]', "maxSurge"),
    "a port nobody listens on": ("base/deployment.yaml", "containerPort: 8000", "containerPort: 8001", "port `http` is 8001"),
    "another port by variable": ("base/deployment.yaml", 'value: "8000"', 'value: "8001"', "API_GATEWAY_PORT is '8001'"),
    "a service without pods": ("base/service.yaml", "selector:\n    app: api-gateway", "selector:\n    app: other", "does not select"),
    "a service to no port": ("base/service.yaml", "targetPort: http", "targetPort: web", "is no port of the container"),
    "a probe of no port": ("base/deployment.yaml", "path: /readyz\n              port: http-admin", "path: /readyz\n              port: web", "readinessProbe asks port 'web'"),
    "a probe of the main port": ("base/deployment.yaml", "path: /livez\n              port: http-admin", "path: /livez\n              port: http", "livenessProbe asks port 8000, admin.listen is 0.0.0.0:9000"),
    "an admin port moved by its number": ("base/deployment.yaml", "containerPort: 9000", "containerPort: 9002", "readinessProbe asks port 9002, admin.listen is 0.0.0.0:9000"),
    "a probe of another path": ("base/deployment.yaml", "path: /readyz", "path: /health", "readinessProbe asks for /health, expected /readyz"),
    "a probe that notices too late": ("base/deployment.yaml", "failureThreshold: 1", "failureThreshold: 3", "readinessProbe notices after 6s"),
    "a dropped readiness probe": ("base/deployment.yaml", "          readinessProbe:", "          startupProbe:", "no readinessProbe"),
    "a dropped liveness probe": ("base/deployment.yaml", "          livenessProbe:", "          startupProbe:", "no livenessProbe"),
    "a pod killed while it drains": ("base/deployment.yaml", "terminationGracePeriodSeconds: 35", "terminationGracePeriodSeconds: 25", "25 is not above drain.delay + drain.timeout, 25"),
    "no place for the upgrade socket": ("base/deployment.yaml", "mountPath: /run\n", "mountPath: /run/api-gateway\n", "no emptyDir is mounted at /run,"),
    "plain TCP for Istio": ("base/service.yaml", "appProtocol: http", "appProtocol: tcp", "appProtocol is 'tcp'"),
    "the sidecar's user": ("base/deployment.yaml", "runAsUser: 65532", "runAsUser: 1337", "not the sidecar's"),
    "a file that isn't mounted": ("base/deployment.yaml", "/etc/api-gateway/gateway.yaml", "/etc/gateway.yaml", "do not run a mounted file"),
    "a ConfigMap nobody makes": ("base/deployment.yaml", "name: api-gateway-config", "name: gateway-config", "nothing generates"),
    "an object nobody applies": ("base/kustomization.yaml", "  - service.yaml\n", "", "no Service api-gateway-service"),
    "an echo of another version": (LOCAL + "/kustomization.yaml", "newTag: ", "newTag: 0.0.", "Deployment user-service: tag of the image is", LOCAL),
    "an old image": ("base/kustomization.yaml", "newTag: ", "newTag: 0.0.", "tag of the image is"),
    "an unknown supervisor": ("base/deployment.yaml", '"supervise", "--", "run"', '"supervise", "run"', "do not run a mounted file"),
    "a rollout that takes pods first": ("base/deployment.yaml", "maxUnavailable: 0", "maxUnavailable: 1", "maxUnavailable is 1"),
    "replicas against the autoscaler": ("base/deployment.yaml", "spec:\n  #", "spec:\n  replicas: 2\n  #", "replicas beside an autoscaler is 2"),
    "an autoscaler of nothing": ("base/horizontalpodautoscaler.yaml", "name: api-gateway-deployment", "name: api-gateway", "target is"),
    "a writable root": ("base/deployment.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "readOnlyRootFilesystem is False"),
    "a capability kept": ("base/deployment.yaml", "drop: [ALL]", "drop: [NET_RAW]", "capabilities is"),
    "no seccomp": ("base/deployment.yaml", "type: RuntimeDefault", "type: Unconfined", "seccompProfile is"),
    "a file of the node": ("base/deployment.yaml", "emptyDir:\n            medium: Memory\n            sizeLimit: 1Mi", "hostPath:\n            path: /run", "of a kind that `restricted` refuses"),
    "no limit of memory": ("base/deployment.yaml", "              memory: 1Gi\n", "", "resources.limits is ['cpu']"),
    "a sidecar that outlives the pod": (ISTIO + "pod.yaml", "terminationDrainDuration: 28s", "terminationDrainDuration: 35s", "not below", LOCAL),
    "a sidecar gone before the gateway": (ISTIO + "pod.yaml", "terminationDrainDuration: 28s", "terminationDrainDuration: 25s", "25s is not above drain.delay", LOCAL),
    "a gateway before its sidecar": (ISTIO + "pod.yaml", "holdApplicationUntilProxyStarts: true", "holdApplicationUntilProxyStarts: false", "holdApplicationUntilProxyStarts is not true", LOCAL),
    "an unknown field of Istio's": (ISTIO + "virtualservice.yaml", "attempts: 0", "attempts: 0\n        attempt: 1", "spec.http.1.retries.attempt: unknown field", LOCAL),
    "a wrong value of Istio's": (ISTIO + "peerauthentication.yaml", "mode: STRICT", "mode: STRIKT", "spec/mtls/mode must be equal to one of", LOCAL),
    "a version that Istio never had": (ISTIO + "sidecar.yaml", "istio.io/v1beta1", "istio.io/v2", "networking.istio.io/v2 has no Sidecar", LOCAL),
    "a route to no service": (ISTIO + "virtualservice.yaml", "host: api-gateway-service", "host: api-gateway", "there is no Service api-gateway with port 8000", LOCAL),
    "a VirtualService of no Gateway": (ISTIO + "virtualservice.yaml", "gateways: [api-gateway]", "gateways: [ingress]", "there is no Gateway ingress", LOCAL),
    "a policy of no pods": (ISTIO + "peerauthentication.yaml", "app: api-gateway\n  mtls", "app: gateway\n  mtls", "selects no pods", LOCAL),
    "callers' rule for nobody": (ISTIO + "destinationrule.yaml", "host: api-gateway-service", "host: gateway", "there is no Service gateway", LOCAL),
    "a prefix that the route lacks": (ISTIO + "names.yaml", "path: spec/http/route/destination/host", "path: spec/http/route/host", "there is no Service api-gateway-service", PROD),
    "a Service without the prefix": (PROD + "/prefix.yaml", "  - { path: metadata/name, kind: Service }\n", "", "no Service prod-api-gateway-service", PROD),
    "a Deployment that the pipeline can't find": (PROD + "/prefix.yaml", "kind: Service }", "kind: Deployment }", "no Deployment api-gateway-deployment", PROD),
    "trust in everybody": (PROD + "/gateway.yaml", "127.0.0.6/32", "0.0.0.0/0", "expected the line", PROD),
    "an overlay's own route": (PROD + "/gateway.yaml", "replace_path: /login", "replace_path: /signin", "in more than trusted_proxies", PROD),
    "an unknown field of the operator's": (MONITORING + "servicemonitor.yaml", "interval: 15s", "every: 15s", "spec.endpoints.0.every: unknown field", PROD),
    "a monitor of no port": (MONITORING + "servicemonitor.yaml", "port: http-metrics", "port: metrics", "has port metrics", PROD),
    "a rule that is no PromQL": (MONITORING + "prometheusrule.yaml", "absent(gateway_build_info)", "absent(gateway_build_info", "promtool check rules", PROD),
    "an alert that comes too late": (MONITORING + "prometheusrule.yaml", "gateway_dns_age_seconds) > 120", "gateway_dns_age_seconds) > 300", "promtool test rules", PROD),
    "an alert that comes too soon": (MONITORING + "prometheusrule.yaml", "gateway_dns_age_seconds) > 120", "gateway_dns_age_seconds) > 20", "promtool test rules", PROD),
    "an alert without a test": (MONITORING + "prometheusrule.yaml", "alert: GatewayDown", "alert: GatewayGone", "nothing fires GatewayGone", PROD),
    "an unknown field of Gateway API's": ("components/gateway-api/httproute.yaml", "port: 8000", "port: 8000\n          wieght: 1", "backendRefs.0.wieght: unknown field", EVERYTHING),
    "two ways in": ("components/gateway-api/kustomization.yaml", "kind: Gateway|VirtualService", "kind: Gateway", "two ways in", EVERYTHING),
    "a backend without the prefix": ("components/gateway-api/names.yaml", "path: spec/rules/backendRefs/name", "path: spec/rules/name", "there is no Service api-gateway-service", EVERYTHING),
}

# What `api-gateway check`, `test` and `doctor` say of what is built.
TOLD_BY_THE_GATEWAY = {
    "a VirtualService that is never reached": (ISTIO + "virtualservice.yaml", "        - uri: { exact: /health }", "        - uri: { prefix: / }", "GW005", LOCAL),
    "callers that keep connections too long": (ISTIO + "destinationrule.yaml", "idleTimeout: 45s", "idleTimeout: 5m", "GW012", LOCAL),
    "a service hidden from the sidecar": (ISTIO + "sidecar.yaml", '"./*"', '"./none.titanium-local.svc.cluster.local"', "GW009", LOCAL),
    "a service on another port": (LOCAL + "/echo.yaml", "      port: 8005", "      port: 8006", "GW002", LOCAL),
    "a scrape that STRICT resets": (MONITORING + "service.yaml", "port: 15020\n      targetPort: 15020", "port: 9000\n      targetPort: 9000", "GW008", PROD),
    "an alert that can't fire": (MONITORING + "prometheusrule.yaml", 'status="5xx"}[6h]', 'status="503"}[6h]', "GW016", PROD),
    "a URL that the file can't take": (PROD + "/deployment.yaml", "http://prod-user-service:8001", "https://prod-user-service:8001", "api-gateway check", PROD),
}

# What the linter says.
TOLD_BY_THE_LINTER = {
    "an image of any version": (LOCAL + "/kustomization.yaml", "newTag: ", "newName: ", "CKV_K8S_14", LOCAL),
    "a port of the node": ("base/deployment.yaml", "containerPort: 9000", "containerPort: 9000\n              hostPort: 9000", "CKV_K8S_26"),
    "a service that hangs unnoticed": (LOCAL + "/echo.yaml", "          livenessProbe:", "          startupProbe:", "CKV_K8S_8", LOCAL),
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
    def problems_with(self, case: tuple, both: bool = False, others: bool = False) -> str:
        name, old, new, _, *overlay = case
        with tempfile.TemporaryDirectory() as directory:
            root = Path(directory)
            for place in ("manifests", "conf"):
                shutil.copytree(ROOT / place, root / place)
            files = [root / "manifests" / name]
            if both:
                files.append(root / "conf/gateway.yaml")
            for file in files:
                text = file.read_text()
                self.assertIn(old, text, f"{name} has changed: adapt this case")
                file.write_text(text.replace(old, new, 1 if both else -1))
            build = BUILDS[overlay[0] if overlay else "base"]
            return "\n".join(check_manifests.check(root, build, VERSION, others))

    def each_is_reported(self, cases: dict[str, tuple], **how: bool) -> None:
        # Other programs do most of the work.
        with ThreadPoolExecutor() as pool:
            found = pool.map(lambda case: self.problems_with(case, **how), cases.values())
            for (title, case), problems in zip(cases.items(), found):
                with self.subTest(title):
                    self.assertIn(case[3], problems)

    def test_each_break_is_reported(self):
        self.each_is_reported(CASES)

    def test_what_the_gateway_finds_is_reported(self):
        self.each_is_reported(TOLD_BY_THE_GATEWAY, others=True)

    def test_what_the_linter_finds_is_reported(self):
        self.each_is_reported(TOLD_BY_THE_LINTER, others=True)

    def test_a_configuration_that_the_pod_does_not_fit_is_reported(self):
        cases = {title: ("base/gateway.yaml", *case) for title, case in CONFIGURATIONS.items()}
        self.each_is_reported(cases, both=True)

    def test_a_file_that_nothing_names_is_reported(self):
        with tempfile.TemporaryDirectory() as directory:
            manifests = Path(directory, "manifests")
            shutil.copytree(ROOT / "manifests", manifests)
            self.assertEqual(check_manifests.unlisted(manifests), [])
            (manifests / "components/istio/telemetry.yaml").touch()
            self.assertEqual(len(check_manifests.unlisted(manifests)), 1)

    def test_a_difference_that_the_page_leaves_out_is_reported(self):
        reference, _ = manifests_tools.built(ROOT / "manifests/reference")
        production, _ = manifests_tools.built(ROOT / "manifests" / PROD)
        page = (ROOT / "docs/migration.md").read_text()
        with tempfile.TemporaryDirectory() as directory:
            copy = Path(directory, "migration.md")
            row = "| `Deployment api-gateway-deployment spec template spec enableServiceLinks`"
            for changed, expected in (
                (page, []),
                (page.replace(row, "|"), ["migration.md: no row for " + row.strip("| `")]),
                (page + "\n| `Service a spec` | b |\n", ["migration.md: nothing differs in Service a spec"]),
            ):
                copy.write_text(changed)
                self.assertEqual(migration_check.migration_problems(copy, reference, production), expected)

    def test_a_custom_resource_of_an_unknown_kind_is_reported(self):
        thing: dict = {"apiVersion": "telemetry.istio.io/v1", "kind": "Telemetry", "metadata": {"name": "a"}}
        self.assertIn("no schema", "\n".join(manifests_tools.schema_problems([thing])))

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
