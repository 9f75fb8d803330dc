"""Ask the registry whether a locked package has a known weakness; say so when it does not answer.

A weakness that does not touch us, or has no mended version yet, stands in KNOWN with the reason
and the day it was looked at. No answer is no failure: `make check` also runs without a network.
"""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "base.txt"
KNOWN: dict[str, str] = {}
"""Identifiers of weaknesses that we know and live with, and why."""
GRAVE = {"high", "critical"}
SECONDS_PER_CALL = 10
SECONDS = 120


def main() -> int:
    """Audit the locked packages; return 1 if one has a weakness that we do not know."""
    return max(audit_python(), audit_npm())


def audit_python() -> int:
    """Audit what runs on the server."""
    words = [
        sys.executable, "-m", "pip_audit", "--requirement", str(LOCK), "--require-hashes",
        "--disable-pip", "--no-deps", "--format", "json", "--progress-spinner", "off",
        "--timeout", str(SECONDS_PER_CALL),
    ]  # fmt: skip
    answer = asked(words, "dependencies")
    if answer is None:
        return no_answer("Python")
    found = weaknesses(answer)
    for package, version, name, mended in found:
        print(f"{package} {version}: {name}; verholpen in {mended or 'nog geen versie'}")
    return 1 if found else 0


def audit_npm() -> int:
    """Audit what the assets are built from."""
    npm = shutil.which("npm")
    answer = (
        asked([npm, "audit", "--json", "--package-lock-only"], "vulnerabilities") if npm else None
    )
    if answer is None:
        return no_answer("npm")
    grave = [
        name
        for name, weak in answer["vulnerabilities"].items()
        if weak.get("severity") in GRAVE and name not in KNOWN
    ]
    for name in grave:
        print(f"npm {name}: een ernstige zwakte; zie npm audit")
    return 1 if grave else 0


def no_answer(registry: str) -> int:
    """Say aloud that nothing was checked."""
    print(f"niet nagegaan of pakketten een bekende zwakte hebben: geen antwoord van {registry}")
    return 0


def asked(words: list[str], part: str) -> dict[str, Any] | None:
    """Return the answer of an auditor; None when there is none, or not in time."""
    try:
        done = subprocess.run(
            words, cwd=ROOT, capture_output=True, text=True, check=False, timeout=SECONDS
        )
    except subprocess.TimeoutExpired:
        return None
    return read_answer(done.stdout, part)


def read_answer(text: str, part: str) -> dict[str, Any] | None:
    """Return what an auditor wrote as JSON with this part in it; None when it found nothing out."""
    try:
        answer = json.loads(text)
    except ValueError:
        return None
    return answer if isinstance(answer, dict) and part in answer else None


def weaknesses(answer: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Return package, version, weakness and the versions that mend it, without what we know."""
    return [
        (package["name"], package["version"], weak["id"], ", ".join(weak.get("fix_versions", [])))
        for package in answer["dependencies"]
        for weak in package.get("vulns", [])
        if not KNOWN.keys() & {weak["id"], *weak.get("aliases", [])}
    ]


if __name__ == "__main__":
    sys.exit(main())
