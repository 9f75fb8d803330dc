"""Lock the dependencies of `pyproject.toml` and `package.json`, with hashes, without addresses."""

import os
import ssl
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = {
    "requirements/base.txt": ["--extra", "build"],
    "requirements/dev.txt": ["--extra", "build", "--extra", "dev", "-c", "requirements/base.txt"],
}


def main() -> None:
    """Write the lock files; with `--upgrade` to the newest versions that fit."""
    upgrade = ["--upgrade"] if "--upgrade" in sys.argv[1:] else []
    environment = dict(os.environ)
    certificates = ssl.get_default_verify_paths().cafile
    if certificates:
        # uv brings its own certificates; a proxy's stands among the machine's.
        environment.setdefault("SSL_CERT_FILE", certificates)
    for lock, extras in LOCKS.items():
        words = ["pip", "compile", "pyproject.toml", *extras, "--output-file", lock, "--quiet"]
        form = ["--generate-hashes", "--no-header", "--no-emit-index-url", "--universal"]
        subprocess.run(
            [sys.executable, "-m", "uv", *words, *form, "--python-version", "3.11", *upgrade],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.DEVNULL,
            check=True,
        )
    task = "update" if upgrade else "install"
    subprocess.run(
        ["npm", task, "--package-lock-only", "--ignore-scripts", "--loglevel=error"],
        cwd=ROOT,
        check=True,
    )


if __name__ == "__main__":
    main()
