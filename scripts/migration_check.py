"""docs/migration.md against what it explains: each line in which the production overlay differs
from the Go gateway's deployment has a row there, and each row is about such a line."""

import re
from pathlib import Path

from manifests_tools import title

ROW = re.compile(r"^\| `([^`]+)` \|", re.MULTILINE)


def leaves(value: object, path: str) -> dict[str, object]:
    """Each scalar by its path. Items with a name go by it, ports by their number."""
    found: dict[str, object] = {}
    if isinstance(value, dict):
        for key, inner in value.items():
            found |= leaves(inner, f"{path} {key}")
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            key = index
            if isinstance(inner, dict):
                key = inner.get("containerPort") or inner.get("name") or inner.get("topologyKey") or index
            found |= leaves(inner, f"{path} {key}")
    else:
        found[path] = value
    return found


def differences(reference: list[dict], production: list[dict]) -> list[str]:
    """The paths that one has and the other hasn't, or in which they differ; of an object that
    only one has, its name."""
    old = {title(thing): thing for thing in reference}
    new = {title(thing): thing for thing in production}
    found = sorted(old.keys() ^ new.keys())
    for name in sorted(old.keys() & new.keys()):
        before, after = leaves(old[name], name), leaves(new[name], name)
        paths = sorted(before.keys() | after.keys())
        found += [path for path in paths if before.get(path) != after.get(path)]
    return found


def migration_problems(page: Path, reference: list[dict], production: list[dict]) -> list[str]:
    rows = ROW.findall(page.read_text())
    found = [re.sub(r"-[a-z0-9]{10}$", "", path) for path in differences(reference, production)]

    def covers(row: str, path: str) -> bool:
        return path == row or path.startswith(f"{row} ")

    problems = [f"{page.name}: no row for {path}" for path in found if not any(covers(row, path) for row in rows)]
    problems += [f"{page.name}: nothing differs in {row}" for row in rows if not any(covers(row, path) for path in found)]
    return problems
