"""Tell at once what this machine lacks, before anything long begins.

Runs on the bare system Python, so it uses nothing but the standard library and old syntax.
"""

import argparse
import importlib.util
import os
import shutil
import socket
import subprocess
import sys

LEAST_PYTHON = (3, 11)
LEAST_NODE = 20


def lacks_python():
    """Return what is wrong with this Python, or None."""
    if sys.version_info < LEAST_PYTHON:
        found = "{}.{}".format(*sys.version_info[:2])
        return "Python 3.11 of nieuwer is nodig; gevonden: {} (kies met PYTHON=...).".format(found)
    if importlib.util.find_spec("ensurepip") is None:
        package = "python{}.{}-venv".format(*sys.version_info[:2])
        if not installed_from_debian(package):
            return "Python mist `venv`; op Debian of Ubuntu: apt install {}.".format(package)
    return None


def installed_from_debian(package):
    """Install a Debian package where we may (root, apt-get there); return whether that worked."""
    apt = shutil.which("apt-get")
    if apt is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        return False
    print("{} installeren met apt-get ...".format(package), flush=True)
    environment = dict(os.environ, DEBIAN_FRONTEND="noninteractive")
    for words in (["update", "-qq"], ["install", "-qq", "-y", "--no-install-recommends", package]):
        done = subprocess.run(
            [apt, *words], env=environment, stdout=subprocess.DEVNULL, check=False
        )
        if done.returncode != 0:
            return False
    return True


def lacks_node():
    """Return what is wrong with Node and npm, or None."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node is None or npm is None:
        return "Node {} met npm is nodig; niet gevonden.".format(LEAST_NODE)
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    major = told.strip().lstrip("v").split(".")[0]
    if not major.isdigit() or int(major) < LEAST_NODE:
        return "Node {} of nieuwer is nodig; gevonden: {}.".format(LEAST_NODE, told.strip())
    return None


def port_taken(port):
    """Return the message for a port that cannot be listened on, or None."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except (OSError, OverflowError):
            return "Poort {} is niet vrij; kies een andere: make demo PORT={}.".format(
                port, port + 1 if 1024 <= port < 65535 else 8001
            )
    return None


def main():
    """Print the first thing that is missing and exit 2, or exit 0."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, help="also see whether this port is free")
    port = parser.parse_args().port
    lack = lacks_python() or lacks_node() or (port is not None and port_taken(port))
    if lack:
        sys.exit(print(lack, file=sys.stderr) or 2)


if __name__ == "__main__":
    main()
