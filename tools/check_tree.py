"""No file of the repository may name a path of one machine, or the address of a package index."""

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FORBIDDEN = {
    "a path of one machine": re.compile(
        r"(?<![\w./*})\]>-])/(?:work|root|home|Users|tmp|opt|mnt|private|var/folders)/[\w.]"
    ),
    "an index address": re.compile(
        r"""(?:^|[^a-z])(?:--)?(?:extra-)?index-url\b(?=\s*[=:]|\s+\S*/)|find-links\s*="""
        r"""|"resolved":\s*"|registry\s*=\s*["']?http|\bpypi\.org|pythonhosted\.|npmjs\."""
    ),
    "work left behind": re.compile(r"(?<![\w-])(?:TO[D]O|FIX[M]E|X[X]X)\b"),
}
ALSO_IGNORED = {".git", ".venv", "node_modules", "ooievaar-data", "__pycache__", "build", "dist"}
LARGEST_BYTES = 2_000_000


def repository_files() -> list[Path]:
    """Return what is in git or would be added; outside a clone: everything but what is built."""
    asked = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if asked.returncode == 0:
        return [ROOT / name for name in asked.stdout.split("\0") if name]
    return [
        path
        for path in ROOT.rglob("*")
        if not (ALSO_IGNORED & set(path.relative_to(ROOT).parts) or "_cache" in str(path))
    ]


def faults() -> Iterator[str]:
    """Yield file, line and kind of each thing that must not be there."""
    for path in sorted(repository_files()):
        if not path.is_file() or path.is_symlink():
            continue
        name = path.relative_to(ROOT).as_posix()
        if path.stat().st_size > LARGEST_BYTES:
            yield f"{name}: larger than {LARGEST_BYTES} bytes"
            continue
        content = path.read_bytes()
        if b"\0" in content:
            continue
        for number, line in enumerate(content.decode("utf-8", "replace").splitlines(), start=1):
            for kind, pattern in FORBIDDEN.items():
                if pattern.search(line):
                    yield f"{name}:{number}: {kind}: {line.strip()[:120]}"


def main() -> int:
    """Print every fault; return 1 if there is one."""
    found = list(faults())
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
