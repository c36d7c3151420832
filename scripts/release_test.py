#!/usr/bin/env python3
"""A release, put together from the debug build: what is in it, and that it is noticed when
something of it is missing or another's."""

import json
import os
import subprocess
import sys
import tempfile
import tomllib
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GATEWAY = ROOT / os.environ.get("CARGO_TARGET_DIR", "target") / "debug/api-gateway"
MANIFEST = tomllib.loads((ROOT / "Cargo.toml").read_text())
LOCKED = {
    (package["name"], package["version"]): package.get("checksum")
    for package in tomllib.loads((ROOT / "Cargo.lock").read_text())["package"]
}


def said(*command: str | Path, **options) -> str:
    return subprocess.run(command, check=True, text=True, stdout=subprocess.PIPE, cwd=ROOT, **options).stdout


def linked() -> set[tuple[str, str]]:
    """The crates that are part of the binary, by cargo itself."""
    target = next(line.split()[1] for line in said("rustc", "-vV").splitlines() if line.startswith("host:"))
    tree = said("cargo", "tree", "--locked", "--edges", "normal", "--target", target, "--prefix", "none")
    crates = {tuple(line.split()[:2]) for line in tree.splitlines()}
    return {(name, version.removeprefix("v")) for name, version in crates} - {own()}


def own() -> tuple[str, str]:
    return MANIFEST["package"]["name"], MANIFEST["package"]["version"]


def bom_problems(text: str, needed: set[tuple[str, str]]) -> list[str]:
    """What is wrong with an SBOM of a binary that is linked of these crates."""
    bom = json.loads(text)
    problems = []
    about = bom["metadata"]["component"]
    if (about["name"], about["version"]) != own():
        problems.append(f"it is about {about['name']} {about['version']}")
    listed = {(part["name"], part["version"]): part for part in bom["components"]}
    problems += [f"{name} {version} is missing" for name, version in sorted(needed - set(listed))]
    for (name, version), part in listed.items():
        hashes = {each["alg"]: each["content"] for each in part.get("hashes", [])}
        if (name, version) not in LOCKED:
            problems.append(f"{name} {version} isn't in Cargo.lock")
        elif hashes.get("SHA-256") != LOCKED[name, version]:
            problems.append(f"{name} {version} has another checksum in Cargo.lock")
        if not part.get("licenses"):
            problems.append(f"{name} {version} has no licence")
    only_tested = set(MANIFEST["dev-dependencies"]) - set(MANIFEST["dependencies"])
    problems += [f"{name} is for tests only" for name, _ in listed if name in only_tested - {name for name, _ in needed}]
    if str(ROOT) in text:
        problems.append("it names a directory of this machine")
    return problems


def sections(program: Path) -> set[str]:
    return {word for line in said("objdump", "-h", program).splitlines() for word in line.split() if word[0] == "."}


class Release(unittest.TestCase):
    def setUp(self):
        self.place = Path(self.enterContext(tempfile.TemporaryDirectory(dir=GATEWAY.parent)), "dist")

    def make(self):
        said("scripts/release", self.place, env=os.environ | {"GATEWAY": str(GATEWAY)})

    def checked(self) -> bool:
        command = ["sha256sum", "--check", "--quiet", "SHA256SUMS"]
        return subprocess.run(command, cwd=self.place, capture_output=True).returncode == 0

    def test_what_is_in_it(self):
        self.make()
        sums = (self.place / "SHA256SUMS").read_text()
        files = {str(file.relative_to(self.place)) for file in self.place.rglob("*") if file.is_file()}
        self.assertEqual({line.split("  ", 1)[1] for line in sums.splitlines()}, files - {"SHA256SUMS"})
        for wanted in ("LICENSE", "api-gateway", "api-gateway.cdx.json", "api-gateway.debug",
                       "completions/_api-gateway", "man/api-gateway.1", "man/api-gateway-run.1"):
            self.assertIn(wanted, files)
        self.assertTrue(self.checked())

        gateway = self.place / "api-gateway"
        self.assertEqual(said(gateway, "--version").split(), list(own()))
        found = sections(gateway)
        self.assertFalse(found & {".debug_info", ".debug_line"}, found)
        self.assertIn(" main\n", said("nm", gateway))
        self.assertIn(".gnu_debuglink", found)
        self.assertIn(".debug_line", sections(self.place / "api-gateway.debug"))

        bom = (self.place / "api-gateway.cdx.json").read_text()
        self.assertEqual(bom_problems(bom, linked()), [])

        # Again, over the one that is there: the same bytes.
        self.make()
        self.assertEqual((self.place / "SHA256SUMS").read_text(), sums)
        with open(gateway, "ab") as file:
            file.write(b"x")
        self.assertFalse(self.checked())

    def test_it_replaces_nothing_but_a_release(self):
        self.place.mkdir()
        (self.place / "mine").write_text("")
        with self.assertRaises(subprocess.CalledProcessError):
            said("scripts/release", self.place, env=os.environ | {"GATEWAY": str(GATEWAY)}, stderr=subprocess.DEVNULL)
        self.assertTrue((self.place / "mine").exists())

    def test_one_that_can_t_be_made_leaves_the_last_one(self):
        self.make()
        with self.assertRaises(subprocess.CalledProcessError):
            said("scripts/release", self.place, env=os.environ | {"GATEWAY": "/dev/null"}, stderr=subprocess.DEVNULL)
        self.assertTrue(self.checked())
        self.assertEqual(list(self.place.parent.iterdir()), [self.place])


class Bom(unittest.TestCase):
    def test_a_wrong_one_is_found(self):
        place = Path(self.enterContext(tempfile.TemporaryDirectory()))
        said("scripts/sbom", place / "bom")
        text = (place / "bom").read_text()
        needed = linked()
        self.assertGreater(len(needed), 100)

        def after(change) -> str:
            bom = json.loads(text)
            change(bom)
            return "\n".join(bom_problems(json.dumps(bom), needed))

        def part(bom: dict, name: str) -> dict:
            return next(each for each in bom["components"] if each["name"] == name)

        version = next(version for name, version in needed if name == "pingora")
        for change, expected in (
            (lambda bom: bom["components"].remove(part(bom, "pingora")), f"pingora {version} is missing"),
            (lambda bom: part(bom, "pingora").update(version="0.0.0"), "pingora 0.0.0 isn't in Cargo.lock"),
            (lambda bom: part(bom, "pingora")["hashes"][0].update(content="0"), "has another checksum"),
            (lambda bom: part(bom, "pingora").pop("licenses"), "has no licence"),
            (lambda bom: part(bom, "pingora").update(name="proptest"), "proptest is for tests only"),
            (lambda bom: bom["metadata"]["component"].update(version="9"), "it is about api-gateway 9"),
            (lambda bom: bom["metadata"]["component"].update(purl=f"file://{ROOT}"), "a directory of this machine"),
        ):
            with self.subTest(expected):
                self.assertIn(expected, after(change))


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    unittest.main()
