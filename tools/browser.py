"""Find a Chromium for the page tests; on Debian, as root, install one."""

import shutil
from pathlib import Path

from tools.preflight import installed_from_debian

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ELSEWHERE = (
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)


def find_chromium() -> str | None:
    """Return the path of a Chromium or Chrome on this machine, or None."""
    on_path = (shutil.which(name) for name in NAMES)
    elsewhere = (path for path in ELSEWHERE if Path(path).exists())
    return next((path for path in (*on_path, *elsewhere) if path), None)


def provide_chromium() -> str | None:
    """Return a Chromium, installed from Debian if need be and allowed, or None."""
    found = find_chromium()
    if found is None and installed_from_debian("chromium"):
        found = find_chromium()
    return found
