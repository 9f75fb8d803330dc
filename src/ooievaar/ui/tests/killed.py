"""Killing a process at a chosen step of its work, before or after what it does to base or files."""

import os
import signal
import traceback
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.db import connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper


def killed_at(step: int, work: Callable[[], object]) -> bool:
    """Do the work in a process that is killed at a step; tell whether it came to that.

    What goes wrong there is told here: else a work that fails would pass for one that was done.
    """
    here = connection.settings_dict["NAME"]
    connections.close_all()
    told, tells = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            # With a browser in this process the child finds the connection of before it began.
            with suppress(AttributeError):
                del connections["default"]
            assert connection.settings_dict["NAME"] == here
            die_at(step)
            work()
        except BaseException:
            os.write(tells, traceback.format_exc().encode()[-4_000:])
        finally:
            os._exit(0)
    os.close(tells)
    with os.fdopen(told, "rb") as pipe:
        failure = pipe.read().decode()
    _, status = os.waitpid(child, 0)
    assert not failure, failure
    return os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL


def die_at(step: int) -> None:
    """Count what is done to database and files, and kill this process at the given count."""
    done = 0

    def tick() -> None:
        nonlocal done
        done += 1
        if done == step:
            os.kill(os.getpid(), signal.SIGKILL)

    def around(does: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*args: Any, **kwargs: Any) -> Any:
            tick()
            made = does(*args, **kwargs)
            tick()
            return made

        return counted

    connection.execute_wrappers.append(lambda execute, *statement: around(execute)(*statement))
    BaseDatabaseWrapper._commit = around(BaseDatabaseWrapper._commit)  # type: ignore[method-assign]
    for name in ("replace", "fsync"):
        setattr(os, name, around(getattr(os, name)))
