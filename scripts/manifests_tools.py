"""What other programs say of manifests: kustomize, schemas, promtool and the gateway itself."""

import functools
import json
import os
import subprocess
import tempfile
from pathlib import Path

import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
# The oldest release that Istio 1.20 supports, and the newest whose schemas we have.
KUBERNETES = ["1.25", kubernetes_validate.latest_version()]
CUSTOM = ("istio.io", "gateway.networking.k8s.io", "monitoring.coreos.com")


# The parser in C, where there is one, is ten times as fast and no less safe.
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def load(text: str) -> dict:
    return yaml.load(text, LOADER)


def tool(name: str) -> str:
    """The one that scripts/need put into .tools, else the machine's."""
    ours = TOOLS / "bin" / name
    return str(ours) if ours.exists() else name


def promtool() -> str:
    unpacked = TOOLS / "prometheus/usr/bin/promtool"
    return str(unpacked) if unpacked.exists() else "promtool"


def gateway() -> str:
    return os.environ.get("GATEWAY", str(ROOT / "target/debug/api-gateway"))


def said(command: list[str], **more) -> tuple[bool, str]:
    """Whether it succeeded, and all that it printed."""
    run = subprocess.run(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60, check=False, **more
    )
    return run.returncode == 0, run.stdout.strip()


def built(directory: Path) -> tuple[list[dict], list[str]]:
    """The objects that `kubectl apply -k` would send."""
    ok, text = said([tool("kubectl"), "kustomize", str(directory)])
    if not ok:
        return [], [f"kustomize: {text}"]
    return [thing for thing in yaml.load_all(text, LOADER) if thing], []


def title(thing: dict) -> str:
    return f"{thing['kind']} {thing['metadata']['name']}"


def schema_problems(objects: list[dict]) -> list[str]:
    custom = [thing for thing in objects if thing["apiVersion"].split("/")[0].endswith(CUSTOM)]
    problems = []
    for thing in objects:
        if thing not in custom:
            problems += kubernetes_problems(json.dumps(thing))
    return problems + list(custom_problems(json.dumps(custom)) if custom else ())


# What is the same has the same problems: the tests build almost the same again and again.
@functools.cache
def kubernetes_problems(text: str) -> tuple[str, ...]:
    thing, problems = json.loads(text), []
    for release in KUBERNETES:
        try:
            kubernetes_validate.validate(thing, release, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(part) for part in error.path)
            problems.append(f"{title(thing)}: Kubernetes {release}: {where}: {error.message}")
    return tuple(problems)


@functools.cache
def custom_problems(objects: str) -> tuple[str, ...]:
    """Against the schemas of Istio, Gateway API and Prometheus' operator."""
    command = ["node", str(ROOT / "scripts/crds/validate.mjs"), str(TOOLS / "crds/node_modules")]
    run = subprocess.run(command, input=objects, capture_output=True, text=True, timeout=60, check=False)
    if run.returncode != 0:
        return (f"{' '.join(command)}: {run.stderr.strip()}",)
    return tuple(json.loads(run.stdout))


def gateway_problems(objects: list[dict]) -> list[str]:
    """What the gateway says of the file in its ConfigMap, by the variables of its pod, and what
    `doctor` says of everything. A warning is a problem: these manifests are to be copied."""
    deployment = next(thing for thing in objects if title(thing) == "Deployment api-gateway-deployment")
    pod = deployment["spec"]["template"]["spec"]
    maps = {thing["metadata"]["name"]: thing for thing in objects if thing["kind"] == "ConfigMap"}
    mounted = [maps.get(volume["configMap"]["name"]) for volume in pod["volumes"] if "configMap" in volume]
    env = {entry["name"]: entry["value"] for entry in pod["containers"][0].get("env", [])}
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        file, everything = Path(directory, "gateway.yaml"), Path(directory, "all")
        everything.mkdir()
        (everything / "all.yaml").write_text("\n---\n".join(json.dumps(thing) for thing in objects))
        for config in mounted:
            if config is None or file.name not in config["data"]:
                problems.append("deployment: the ConfigMap that it mounts has no gateway.yaml")
                continue
            file.write_text(config["data"][file.name])
            for command in (
                ["check", "--config", str(file), "--deny-warnings"],
                ["test", "--config", str(file)],
                ["doctor", "--config", str(file), "--manifests", str(everything), "--fail-on", "warning"],
            ):
                ok, text = said([gateway(), *command], env=env)
                if not ok:
                    problems.append(f"api-gateway {command[0]}: {text.replace(directory, '')}")
    return problems


def lint_problems(objects: list[dict]) -> list[str]:
    """What the linter says, by the rules that scripts/checkov.yaml leaves."""
    command = [str(TOOLS / "checkov/bin/checkov"), "--config-file", str(ROOT / "scripts/checkov.yaml"), "--output", "json"]
    with tempfile.TemporaryDirectory() as directory:
        Path(directory, "all.yaml").write_text(yaml.safe_dump_all(objects))
        # Exit code 1 is a finding.
        run = subprocess.run([*command, "--directory", directory], capture_output=True, text=True, timeout=120, check=False)
    try:
        found = json.loads(run.stdout)
        if found["summary"]["parsing_errors"] or not found["summary"]["passed"]:
            return [f"checkov read nothing: {found['summary']}"]
    except (ValueError, KeyError, TypeError):
        return [f"checkov: {run.stdout.strip()} {run.stderr.strip()}"]
    failed = found["results"]["failed_checks"]
    return [f"{one['resource']}: {one['check_id']}: {one['check_name']}" for one in failed]


def rules_problems(objects: list[dict], tests: Path) -> list[str]:
    """The alert rules by promtool, and its tests of them. Each alert has a test."""
    rules = [json.dumps(thing["spec"]) for thing in objects if thing["kind"] == "PrometheusRule"]
    return [problem for spec in rules for problem in promtool_problems(spec, tests.name, tests.read_text())]


@functools.cache
def promtool_problems(spec: str, name: str, tests: str) -> tuple[str, ...]:
    problems = []
    with tempfile.TemporaryDirectory() as directory:
        # JSON is YAML.
        Path(directory, "rules.yaml").write_text(spec)
        Path(directory, name).write_text(tests)
        for command in (["check", "rules", "rules.yaml"], ["test", "rules", name]):
            ok, text = said([promtool(), *command], cwd=directory)
            if not ok:
                problems.append(f"promtool {' '.join(command)}: {text}")
    alerts = {one["alert"] for group in json.loads(spec)["groups"] for one in group["rules"] if "alert" in one}
    cases = load(tests)["tests"]
    fired = {test["alertname"] for case in cases for test in case["alert_rule_test"] if test["exp_alerts"]}
    return (*problems, *(f"{name}: nothing fires {alert}" for alert in sorted(alerts - fired)))
