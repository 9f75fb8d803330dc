"""See, without a network, that each lock file fits what it locks."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
PIN = re.compile(r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^ ;\\]+)(?P<rest>.*)$", re.MULTILINE)


def pins(lock: Path) -> dict[str, set[str]]:
    """Return the locked versions by package; a package may have one per Python version."""
    found: dict[str, set[str]] = {}
    for match in PIN.finditer(lock.read_text("utf-8")):
        found.setdefault(canonicalize_name(match["name"]), set()).add(match["version"])
    return found


def python_faults() -> Iterator[str]:
    """Yield each requirement that its lock file does not satisfy."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    extras = project["optional-dependencies"]
    base = pins(ROOT / "requirements/base.txt")
    dev = pins(ROOT / "requirements/dev.txt")
    wanted = {
        "base": (base, [*project["dependencies"], *extras["build"]]),
        "dev": (dev, [*project["dependencies"], *extras["build"], *extras["dev"]]),
    }
    for lock, (locked, requirements) in wanted.items():
        for requirement in map(Requirement, requirements):
            versions = locked.get(canonicalize_name(requirement.name), set())
            if not any(requirement.specifier.contains(version) for version in versions):
                yield f"requirements/{lock}.txt lacks {requirement}; run `make lock`"
    for name, versions in base.items():
        if dev.get(name) != versions:
            yield f"requirements/dev.txt has another {name} than base.txt; run `make lock`"
    for lock in ("base", "dev"):
        for block in re.split(
            r"\n(?=[A-Za-z0-9])", (ROOT / f"requirements/{lock}.txt").read_text()
        ):
            if "--hash=sha256:" not in block:
                yield f"requirements/{lock}.txt has no hash for {block.splitlines()[0]}"


def npm_faults() -> Iterator[str]:
    """Yield each npm package whose lock differs from `package.json` or carries an address."""
    package: dict[str, Any] = json.loads((ROOT / "package.json").read_text("utf-8"))
    lock: dict[str, Any] = json.loads((ROOT / "package-lock.json").read_text("utf-8"))
    for kind in ("dependencies", "devDependencies"):
        if lock["packages"][""].get(kind, {}) != package.get(kind, {}):
            yield f"package-lock.json differs from package.json in {kind}; run `make lock`"
        for name, version in package.get(kind, {}).items():
            if not re.fullmatch(r"\d+\.\d+\.\d+", version):
                yield f"package.json: {name} has no exact version, but {version}"
    for path, entry in lock["packages"].items():
        if path and "integrity" not in entry:
            yield f"package-lock.json has no hash for {path}"
        if "resolved" in entry:
            yield f"package-lock.json has an address for {path}"


def main() -> int:
    """Print what does not fit; return 1 if anything."""
    faults = [*python_faults(), *npm_faults()]
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
