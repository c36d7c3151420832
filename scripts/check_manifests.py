#!/usr/bin/env python3
"""Checks manifests/ without a cluster.

Builds each kustomization and reads what it makes: by the schemas of Kubernetes, Istio,
Gateway API and Prometheus' operator (strict: an unknown field is an error), by the gateway
itself, by a linter and by promtool; then what none of them can know: that the objects, conf/ and
Cargo.toml agree. Prints every problem and exits 1 when there is one.
"""

import dataclasses
import json
import re
import shutil
import sys
import tempfile
import tomllib
from pathlib import Path

import yaml
from manifests_tools import KUBERNETES, ROOT, built, gateway_problems, lint_problems, rules_problems, schema_problems, title
from migration_check import migration_problems

SIDECAR_UID = 1337
# What docs/configuration.md says of keys that the file leaves out.
DRAIN = {"delay": "5s", "timeout": "20s"}
ADMIN = {"listen": "0.0.0.0:9000", "operator": "127.0.0.1:9001"}
# Where the gateway makes its own directory; the parent, because a volume is open to all.
RUNTIME_DIR = "/run/api-gateway"
DEPLOYMENT = "api-gateway-deployment"
SIDECAR = "  trusted_proxies: [127.0.0.6/32]"


@dataclasses.dataclass(frozen=True)
class Build:
    """A kustomization, and what has to come out of it."""

    directory: str
    conf: str
    namespace: str
    prefix: str = ""
    sidecar: bool = True


BUILDS = [
    Build("base", "gateway.yaml", "titanium-prod", sidecar=False),
    Build("overlays/local", "gateway.yaml", "titanium-local"),
    Build("overlays/titanium-prod", "titanium.yaml", "titanium-prod", prefix="prod-"),
    # Each component, also those that no overlay of ours has.
    Build("overlays/everything", "titanium.yaml", "titanium-prod", prefix="prod-"),
]


def check(root: Path, build: Build, version: str, others: bool = True) -> list[str]:
    """Every problem of a kustomization below `root`, each as one line; without what the gateway
    itself and the linter say of it, if they needn't be asked."""
    manifests = root / "manifests"
    if build.directory == "overlays/everything":
        place = manifests / build.directory
        shutil.copytree(manifests / "overlays/titanium-prod", place)
        file = place / "kustomization.yaml"
        monitoring = "  - ../../components/monitoring\n"
        file.write_text(file.read_text().replace(monitoring, monitoring + "  - ../../components/gateway-api\n"))
    objects, problems = built(manifests / build.directory)
    if problems:
        return problems
    problems = schema_problems(objects)
    if problems:
        return problems
    kinds: dict[str, dict] = {}
    for kind, name in (
        ("Deployment", DEPLOYMENT),
        ("Service", f"{build.prefix}api-gateway-service"),
        ("ServiceAccount", f"{build.prefix}api-gateway"),
        ("PodDisruptionBudget", f"{build.prefix}api-gateway"),
        ("HorizontalPodAutoscaler", f"{build.prefix}api-gateway"),
    ):
        found = [thing for thing in objects if title(thing) == f"{kind} {name}"]
        if not found:
            return [f"no {kind} {name}"]
        kinds[kind] = found[0]
    problems += name_problems(objects, build)
    problems += restricted_problems(objects)
    found, text = configuration_problems(objects, kinds["Deployment"], root / "conf" / build.conf, build)
    problems += found
    if text is None:
        return problems
    problems += agreement_problems(kinds, text)
    problems += tag_problems(objects, version)
    problems += life_problems(kinds["Deployment"], settings(text), build.sidecar)
    problems += reference_problems(objects)
    problems += rules_problems(objects, manifests / "components/monitoring/rules_test.yaml")
    return problems + (gateway_problems(objects) + lint_problems(objects) if others else [])


def unlisted(manifests: Path) -> list[str]:
    """Files that no kustomization names, and that are therefore never applied."""
    problems = []
    for place in sorted(manifests.glob("**/kustomization.yaml")):
        words = set(re.findall(r"[\w./-]+", place.read_text()))
        for file in sorted(place.parent.glob("*.*")):
            if file.name not in words | {place.name, "rules_test.yaml"}:
                problems.append(f"{file.relative_to(manifests)}: not listed in kustomization.yaml, so never applied")
    return problems


def name_problems(objects: list[dict], build: Build) -> list[str]:
    problems = []
    for thing in objects:
        name, namespace = thing["metadata"]["name"], thing["metadata"].get("namespace")
        if thing["kind"] != "Namespace" and namespace != build.namespace:
            problems.append(f"{title(thing)}: is in namespace {namespace}, expected {build.namespace}")
        # Not the Deployment: the pipeline calls it by its name.
        if title(thing) != f"Deployment {DEPLOYMENT}" and not name.startswith(build.prefix):
            problems.append(f"{title(thing)}: lacks the prefix {build.prefix}")
    return problems


def restricted_problems(objects: list[dict]) -> list[str]:
    """Pod Security's level `restricted`, and what we want besides: of all pods, the echo services' too."""
    problems = []
    for thing in (thing for thing in objects if thing["kind"] == "Deployment"):
        pod = thing["spec"]["template"]["spec"]
        security = pod.get("securityContext", {})

        def expect(what: str, found: object, wanted: object, thing: dict = thing) -> None:
            if found != wanted:
                problems.append(f"{title(thing)}: {what} is {found!r}, expected {wanted!r}")

        expect("runAsNonRoot", security.get("runAsNonRoot"), True)
        expect("seccompProfile", security.get("seccompProfile"), {"type": "RuntimeDefault"})
        expect("automountServiceAccountToken", pod.get("automountServiceAccountToken"), False)
        for key in ("hostNetwork", "hostPID", "hostIPC"):
            expect(key, pod.get(key, False), False)
        for volume in pod.get("volumes", []):
            if not {"configMap", "emptyDir", "secret", "projected", "persistentVolumeClaim"} & set(volume):
                problems.append(f"{title(thing)}: volume {volume['name']} is of a kind that `restricted` refuses")
        for container in pod["containers"] + pod.get("initContainers", []):
            own = container.get("securityContext", {})
            expect("allowPrivilegeEscalation", own.get("allowPrivilegeEscalation"), False)
            expect("readOnlyRootFilesystem", own.get("readOnlyRootFilesystem"), True)
            expect("capabilities", own.get("capabilities"), {"drop": ["ALL"]})
            for kind in ("requests", "limits"):
                given = container.get("resources", {}).get(kind, {})
                expect(f"resources.{kind}", sorted(given), ["cpu", "memory"])
            if "readinessProbe" not in container:
                problems.append(f"{title(thing)}: no readinessProbe")
    return problems


def settled(text: str) -> list[str]:
    """The lines that aren't comments."""
    return [line for line in text.splitlines() if line.strip() and not line.strip().startswith("#")]


def settings(text: str) -> dict:
    """A configuration without its `tests`, whose URLs this parser doesn't take (YAML 1.1's `?`)."""
    return yaml.safe_load(text.split("\ntests:")[0])


def configuration_problems(
    objects: list[dict], deployment: dict, conf: Path, build: Build
) -> tuple[list[str], str | None]:
    """Also the file that the pod reads."""
    problems, text = [], None
    maps = {thing["metadata"]["name"]: thing["data"] for thing in objects if thing["kind"] == "ConfigMap"}
    pod = deployment["spec"]["template"]["spec"]
    container = pod["containers"][0]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounted = []
    for mount in container["volumeMounts"]:
        volume = volumes.get(mount["name"])
        if volume is None:
            problems.append(f"deployment: no volume called {mount['name']}")
        elif "configMap" in volume:
            files = maps.get(volume["configMap"]["name"])
            if files is None:
                problems.append(f"deployment: nothing generates the ConfigMap {volume['configMap']['name']}")
                continue
            mounted += [f"{mount['mountPath']}/{file}" for file in files]
            text = files.get("gateway.yaml")
    args = container["args"]
    run = args[2:] if args[:2] == ["supervise", "--"] else args
    if run[:2] != ["run", "--config"] or run[2] not in mounted:
        problems.append(f"deployment: args {args} do not run a mounted file ({', '.join(mounted)})")
    if text is None:
        return problems or ["deployment: mounts no gateway.yaml"], None
    original = conf.read_text()
    if not build.sidecar:
        if text != original:
            problems.append(f"manifests/{build.directory}/gateway.yaml differs from conf/{conf.name}: copy the latter over it")
        return problems, text
    # Only because the AuthorizationPolicy is there, too, which `doctor` looks at.
    lines = settled(text)
    if SIDECAR not in lines:
        problems.append(f"{build.directory}: expected the line {SIDECAR.strip()!r} in gateway.yaml")
    if [line for line in lines if line != SIDECAR] != settled(original):
        problems.append(f"manifests/{build.directory}/gateway.yaml differs from conf/{conf.name} in more than trusted_proxies")
    return problems, text


def agreement_problems(kinds: dict, conf: str) -> list[str]:
    deployment, service = kinds["Deployment"], kinds["Service"]
    template = deployment["spec"]["template"]
    pod, labels = template["spec"], template["metadata"]["labels"]
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    env = {entry["name"]: entry["value"] for entry in container["env"]}
    default = re.search(r"\$\{API_GATEWAY_PORT:-(\d+)\}", conf)
    problems = []

    def expect(what: str, found: object, wanted: object) -> None:
        if found != wanted:
            problems.append(f"{what} is {found!r}, expected {wanted!r}")

    def selects(what: str, selector: dict) -> None:
        if not selector or not selector.items() <= labels.items():
            problems.append(f"{what} {selector} does not select the pods' labels {labels}")

    expect("deployment: container names", [c["name"] for c in pod["containers"]], ["api-gateway"])
    expect("deployment: service account", pod["serviceAccountName"], kinds["ServiceAccount"]["metadata"]["name"])
    scaled = kinds["HorizontalPodAutoscaler"]["spec"]["scaleTargetRef"]
    expect("autoscaler: target", (scaled["kind"], scaled["name"]), ("Deployment", DEPLOYMENT))
    expect("deployment: replicas beside an autoscaler", deployment["spec"].get("replicas"), None)
    expect("deployment: maxUnavailable", deployment["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"], 0)

    expect("deployment: port `http`", ports.get("http"), 8000)
    expect("deployment: API_GATEWAY_PORT", env.get("API_GATEWAY_PORT"), str(ports.get("http")))
    expect("conf: default of API_GATEWAY_PORT", default and int(default[1]), ports.get("http"))
    expect("service: ports", [(p["name"], p["port"]) for p in service["spec"]["ports"]], [("http", 8000)])
    for port in service["spec"]["ports"]:
        target = port["targetPort"]
        if target not in ports and target not in ports.values():
            problems.append(f"service: targetPort {target!r} is no port of the container")
        expect("service: appProtocol", port.get("appProtocol"), "http")

    selects("deployment: selector", deployment["spec"]["selector"]["matchLabels"])
    selects("service: selector", service["spec"]["selector"])
    selects("pod disruption budget: selector", kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"])
    for constraint in pod["topologySpreadConstraints"]:
        selects("deployment: topology spread", constraint["labelSelector"]["matchLabels"])

    if pod["securityContext"].get("runAsUser") in (None, 0, SIDECAR_UID):
        problems.append(f"deployment: runAsUser must be a number, not root's and not the sidecar's ({SIDECAR_UID})")
    return problems


def tag_problems(objects: list[dict], version: str) -> list[str]:
    """Whatever runs our program runs this version: the echo services are the same image."""
    problems = []
    for thing in (thing for thing in objects if thing["kind"] == "Deployment"):
        for container in thing["spec"]["template"]["spec"]["containers"]:
            if (tag := container["image"].partition(":")[2]) != version:
                problems.append(f"{title(thing)}: tag of the image is {tag!r}, expected {version!r}")
    return problems


def reference_problems(objects: list[dict]) -> list[str]:
    """Names that no schema follows: what a route, a policy or a monitor speaks of has to be there."""
    problems = []
    services = {t["metadata"]["name"]: {p["port"] for p in t["spec"]["ports"]} for t in objects if t["kind"] == "Service"}
    pods = [t["spec"]["template"]["metadata"]["labels"] for t in objects if t["kind"] == "Deployment"]

    def reaches(thing: dict, service: str, port: int | None) -> None:
        if service not in services or port is not None and port not in services[service]:
            problems.append(f"{title(thing)}: there is no Service {service} with port {port}")

    def selects(thing: dict, selector: dict) -> None:
        if not any(selector.items() <= labels.items() for labels in pods):
            problems.append(f"{title(thing)}: {selector} selects no pods")

    if {"HTTPRoute", "VirtualService"} <= {thing["kind"] for thing in objects}:
        problems.append("an HTTPRoute and a VirtualService: two ways in")
    for thing in objects:
        spec = thing.get("spec") or {}
        match thing["kind"]:
            case "VirtualService":
                for route in (route for entry in spec["http"] for route in entry["route"]):
                    reaches(thing, route["destination"]["host"], route["destination"]["port"]["number"])
                gateways = {t["metadata"]["name"] for t in objects if t["kind"] == "Gateway"}
                if missing := set(spec["gateways"]) - gateways:
                    problems.append(f"{title(thing)}: there is no Gateway {', '.join(missing)}")
            case "HTTPRoute":
                for backend in (backend for rule in spec["rules"] for backend in rule["backendRefs"]):
                    reaches(thing, backend["name"], backend["port"])
            case "DestinationRule":
                reaches(thing, spec["host"], None)
            case "PeerAuthentication" | "AuthorizationPolicy":
                selects(thing, spec.get("selector", {}).get("matchLabels", {}))
            case "Sidecar":
                selects(thing, spec["workloadSelector"]["labels"])
            case "ServiceMonitor":
                wanted = spec["selector"]["matchLabels"].items()
                seen = [t for t in objects if t["kind"] == "Service" and wanted <= t["metadata"].get("labels", {}).items()]
                ports = {port["name"] for service in seen for port in service["spec"]["ports"]}
                if missing := {endpoint["port"] for endpoint in spec["endpoints"]} - ports:
                    problems.append(f"{title(thing)}: no Service that it selects has port {', '.join(missing)}")
    return problems


def seconds(duration: object) -> float:
    """`500ms`, `5s`, `1.5m` or `1h`, as the configuration and Istio write it."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(duration))
    if found is None:
        raise SystemExit(f"{duration!r} is no duration that this check understands")
    return float(found[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[found[2]]


def life_problems(deployment: dict, conf: dict, has_sidecar: bool) -> list[str]:
    """The pod's times and probes against what the gateway does when it starts and stops."""
    template = deployment["spec"]["template"]
    pod, problems = template["spec"], []
    container = pod["containers"][0]
    server = conf.get("server") or {}
    drain = {key: seconds(value) for key, value in (DRAIN | (server.get("drain") or {})).items()}
    longest = drain["delay"] + drain["timeout"]
    grace = pod["terminationGracePeriodSeconds"]
    if grace <= longest:
        problems.append(f"deployment: terminationGracePeriodSeconds {grace} is not above drain.delay + drain.timeout, {longest:g}")
    if has_sidecar:
        proxy = yaml.safe_load(template["metadata"]["annotations"]["proxy.istio.io/config"])
        if proxy.get("holdApplicationUntilProxyStarts") is not True:
            problems.append("deployment: holdApplicationUntilProxyStarts is not true")
        sidecar = seconds(proxy["terminationDrainDuration"])
        if sidecar >= grace:
            problems.append("deployment: terminationDrainDuration is not below terminationGracePeriodSeconds")
        if sidecar <= longest:
            problems.append(f"deployment: terminationDrainDuration {sidecar:g}s is not above drain.delay + drain.timeout, {longest:g}")

    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    # YAML's `off` is a boolean here.
    listen = (ADMIN | (conf.get("admin") or {}))["listen"]
    host, _, number = str(listen).rpartition(":")
    if host not in ("0.0.0.0", "[::]"):
        problems.append(f"conf: admin.listen is {listen!r}, where the kubelet can't ask")
        number = None
    for probe, path in (("readinessProbe", "/readyz"), ("livenessProbe", "/livez")):
        if probe not in container:
            problems.append(f"deployment: no {probe}")
            continue
        asked = container[probe]["httpGet"]
        if asked["port"] not in ports:
            problems.append(f"deployment: {probe} asks port {asked['port']!r}, which is no named port of the container")
        elif number is not None and str(ports[asked["port"]]) != number:
            problems.append(f"deployment: {probe} asks port {ports[asked['port']]}, admin.listen is {listen}")
        if asked["path"] != path:
            problems.append(f"deployment: {probe} asks for {asked['path']}, expected {path}")
    ready = container.get("readinessProbe", {"periodSeconds": 0, "failureThreshold": 0})
    notice = ready["periodSeconds"] * ready["failureThreshold"]
    if notice >= drain["delay"]:
        problems.append(f"deployment: readinessProbe notices after {notice}s, when drain.delay is over")

    parent = str(Path(server.get("runtime_dir", RUNTIME_DIR)).parent)
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    places = [mount["mountPath"] for mount in container["volumeMounts"] if "emptyDir" in volumes.get(mount["name"], {})]
    if container["args"][0] == "supervise" and parent not in places:
        problems.append(f"deployment: no emptyDir is mounted at {parent}, where the gateway makes its runtime_dir")
    return problems


def image_problems(dockerfile: str, base: Path, version: str) -> list[str]:
    """The image's user, port and version are promised twice: there and in the manifests."""
    deployment = yaml.safe_load((base / "deployment.yaml").read_text())
    pod = deployment["spec"]["template"]["spec"]
    security, container = pod["securityContext"], pod["containers"][0]
    lines = [
        f"ARG VERSION={version}",
        f"USER {security['runAsUser']}:{security['runAsGroup']}",
        "EXPOSE " + " ".join(str(port["containerPort"]) for port in container["ports"]),
        f"CMD {json.dumps(container['args'])}",
    ]
    return [f"Dockerfile: expected the line {line!r}" for line in lines if line not in dockerfile.splitlines()]


def unit_problems(unit: str, conf: dict) -> list[str]:
    """The systemd unit against what the gateway does when it stops and hands over."""
    settings = dict(line.split("=", 1) for line in unit.splitlines() if "=" in line and not line.startswith("#"))
    problems = []
    longest = sum(seconds(value) for value in (DRAIN | (conf["server"].get("drain") or {})).values())
    if (stop := seconds(settings["TimeoutStopSec"])) <= longest:
        problems.append(f"unit: TimeoutStopSec {stop:g}s is not above drain.delay + drain.timeout, {longest:g}")
    if settings["ExecReload"] != settings["ExecStart"].replace(" run ", " upgrade "):
        problems.append("unit: ExecReload doesn't upgrade what ExecStart runs")
    if (directory := f"/run/{settings['RuntimeDirectory']}") != conf["server"].get("runtime_dir", RUNTIME_DIR):
        problems.append(f"unit: RuntimeDirectory is {directory}, which is not server.runtime_dir")
    return problems


def main() -> int:
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    problems = unlisted(ROOT / "manifests")
    with tempfile.TemporaryDirectory() as directory:
        for place in ("manifests", "conf"):
            shutil.copytree(ROOT / place, Path(directory, place))
        for build in BUILDS:
            found = check(Path(directory), build, version)
            problems += [f"{build.directory}: {problem}" for problem in found]
        reference, found = built(Path(directory, "manifests/reference"))
        production, more = built(Path(directory, "manifests/overlays/titanium-prod"))
        problems += found + more + schema_problems(reference)
        problems += migration_problems(ROOT / "docs/migration.md", reference, production)
    problems += image_problems((ROOT / "Dockerfile").read_text(), ROOT / "manifests/base", version)
    unit = (ROOT / "conf/systemd/api-gateway.service").read_text()
    problems += unit_problems(unit, yaml.safe_load((ROOT / "conf/gateway.yaml").read_text()))
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    print(f"{', '.join(build.directory for build in BUILDS)} hold for Kubernetes {' and '.join(KUBERNETES)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
