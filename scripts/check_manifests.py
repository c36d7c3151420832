#!/usr/bin/env python3
"""Checks manifests/base without a cluster.

Each object against Kubernetes' own schemas (strict: an unknown field is an error), then
what no schema can know: that the objects, conf/gateway.yaml and Cargo.toml agree.
Prints every problem and exits 1 when there is one.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
# The oldest release that Istio 1.20 supports, and the newest whose schemas we have.
KUBERNETES = ["1.25", kubernetes_validate.latest_version()]
SIDECAR_UID = 1337
# What docs/configuration.md says of keys that the file leaves out.
DRAIN = {"delay": "5s", "timeout": "20s"}
ADMIN = {"listen": "0.0.0.0:9000", "operator": "127.0.0.1:9001"}
# Where the gateway makes its own directory; the parent, because a volume is open to all.
RUNTIME_DIR = "/run/api-gateway"


def check(base: Path, conf: Path, version: str) -> list[str]:
    """Every problem of the kustomization in `base`, each as one line."""
    kustomization = yaml.safe_load((base / "kustomization.yaml").read_text())
    objects, problems = load(base, kustomization)
    if problems:
        return problems
    for name, thing in objects:
        problems += schema_problems(name, thing)
    kinds: dict[str, dict] = {}
    for name, thing in objects:
        if thing["kind"] in kinds:
            problems.append(f"{name}: a second {thing['kind']}")
        kinds[thing["kind"]] = thing
    for kind in ("Deployment", "Service", "ServiceAccount", "PodDisruptionBudget"):
        if kind not in kinds:
            return problems + [f"{base.name}: no {kind}"]
    problems += configuration_problems(base, kustomization, kinds["Deployment"], conf)
    text = (base / conf.name).read_text()
    problems += agreement_problems(kustomization, kinds, text, version)
    problems += life_problems(kinds["Deployment"], yaml.safe_load(text))
    return problems


def load(base: Path, kustomization: dict) -> tuple[list[tuple[str, dict]], list[str]]:
    problems, objects = [], []
    listed = set(kustomization["resources"])
    data = {file for entry in kustomization["configMapGenerator"] for file in entry["files"]}
    present = {path.name for path in base.glob("*.yaml")} - {"kustomization.yaml"}
    for name in sorted(present - listed - data):
        problems.append(f"{name}: not listed in kustomization.yaml, so never applied")
    for name in sorted(listed | data):
        if name not in present:
            problems.append(f"kustomization.yaml: {name} does not exist")
        elif name in listed:
            with open(base / name, encoding="utf-8") as file:
                objects += [(name, thing) for thing in yaml.safe_load_all(file)]
    return objects, problems


def schema_problems(name: str, thing: dict) -> list[str]:
    problems = []
    for release in KUBERNETES:
        try:
            kubernetes_validate.validate(thing, release, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            problems.append(f"{name}: Kubernetes {release}: {where}: {error.message}")
    return problems


def configuration_problems(base: Path, kustomization: dict, deployment: dict, conf: Path) -> list[str]:
    problems = []
    copy = base / conf.name
    if not conf.exists() or not copy.exists() or copy.read_bytes() != conf.read_bytes():
        problems.append(f"manifests/base/{conf.name} differs from conf/{conf.name}: copy the latter over it")
    generated = {entry["name"]: entry["files"] for entry in kustomization["configMapGenerator"]}
    pod = deployment["spec"]["template"]["spec"]
    container = pod["containers"][0]
    volumes = {volume["name"]: volume for volume in pod["volumes"]}
    mounted = []
    for mount in container["volumeMounts"]:
        volume = volumes.get(mount["name"])
        if volume is None:
            problems.append(f"deployment: no volume called {mount['name']}")
        elif "configMap" in volume:
            files = generated.get(volume["configMap"]["name"])
            if files is None:
                problems.append(f"deployment: nothing generates the ConfigMap {volume['configMap']['name']}")
            mounted += [f"{mount['mountPath']}/{file}" for file in files or []]
    args = container["args"]
    run = args[2:] if args[:2] == ["supervise", "--"] else args
    if run[:2] != ["run", "--config"] or run[2] not in mounted:
        problems.append(f"deployment: args {args} do not run a mounted file ({', '.join(mounted)})")
    return problems


def agreement_problems(kustomization: dict, kinds: dict, conf: str, version: str) -> list[str]:
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

    expect("kustomization: namespace", kustomization.get("namespace"), "titanium-prod")
    expect("deployment: name", deployment["metadata"]["name"], "api-gateway-deployment")
    expect("service: name", service["metadata"]["name"], "api-gateway-service")
    expect("deployment: container names", [c["name"] for c in pod["containers"]], ["api-gateway"])
    expect("deployment: service account", pod["serviceAccountName"], kinds["ServiceAccount"]["metadata"]["name"])

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
    proxy = yaml.safe_load(template["metadata"]["annotations"]["proxy.istio.io/config"])
    expect("deployment: holdApplicationUntilProxyStarts", proxy.get("holdApplicationUntilProxyStarts"), True)

    images = {image["name"]: image.get("newTag") for image in kustomization["images"]}
    expect("kustomization: tag of the image", images.get(container["image"]), version)
    return problems


def seconds(duration: object) -> float:
    """`500ms`, `5s`, `1.5m` or `1h`, as the configuration and Istio write it."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h)", str(duration))
    if found is None:
        raise SystemExit(f"{duration!r} is no duration that this check understands")
    return float(found[1]) * {"ms": 0.001, "s": 1, "m": 60, "h": 3600}[found[2]]


def life_problems(deployment: dict, conf: dict) -> list[str]:
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
    proxy = yaml.safe_load(template["metadata"]["annotations"]["proxy.istio.io/config"])
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
        asked = container[probe]["httpGet"]
        if asked["port"] not in ports:
            problems.append(f"deployment: {probe} asks port {asked['port']!r}, which is no named port of the container")
        elif number is not None and str(ports[asked["port"]]) != number:
            problems.append(f"deployment: {probe} asks port {ports[asked['port']]}, admin.listen is {listen}")
        if asked["path"] != path:
            problems.append(f"deployment: {probe} asks for {asked['path']}, expected {path}")
    ready = container["readinessProbe"]
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


def render_problems(base: Path) -> list[str] | None:
    """What kustomize itself says; None where it isn't installed."""
    if shutil.which("kustomize"):
        command = ["kustomize", "build", str(base)]
    elif shutil.which("kubectl"):
        command = ["kubectl", "kustomize", str(base)]
    else:
        return None
    run = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode != 0:
        return [f"{' '.join(command[:2])}: {run.stderr.strip()}"]
    return [line for thing in yaml.safe_load_all(run.stdout) for line in schema_problems("rendered", thing)]


def main() -> int:
    base = ROOT / "manifests/base"
    version = tomllib.loads((ROOT / "Cargo.toml").read_text())["package"]["version"]
    problems = check(base, ROOT / "conf/gateway.yaml", version)
    problems += image_problems((ROOT / "Dockerfile").read_text(), base, version)
    unit = (ROOT / "conf/systemd/api-gateway.service").read_text()
    problems += unit_problems(unit, yaml.safe_load((ROOT / "conf/gateway.yaml").read_text()))
    rendered = render_problems(base)
    problems += rendered or []
    for problem in problems:
        print(problem, file=sys.stderr)
    if problems:
        return 1
    how = "not rendered: neither kustomize nor kubectl here" if rendered is None else "rendered with kustomize"
    print(f"manifests/base holds for Kubernetes {' and '.join(KUBERNETES)} ({how})")
    return 0


if __name__ == "__main__":
    sys.exit(main())
