"""Brings a mutant into a process in which everything is imported already.

A change in the body of a function replaces its code wherever the function is held: in a list of
stages, behind a cache, under another module's name. A change that is read while importing (a
constant, a default) runs the file again, and the pure files that import it, in the modules that are
there; who imported a name from them gets the new one.
"""

import ast
import functools
import gc
import sys
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from mutation.mutants import Mutant

OWN = ("ooievaar.bundles", "ooievaar.contracts", "ooievaar.claims", "ooievaar.settlement", "tests")
"""Whose caches hold what the rules say."""
HOLDERS = ("ooievaar.", "tests.", "proof.", "mutation.")
CACHED = type(functools.cache(len))
Place = tuple[str, str, int]


class Held:
    """What the process holds of the rules, looked up once, before any mutant is put in."""

    def __init__(self) -> None:
        """Look through the heap for the functions and caches of the rules."""
        self.functions: dict[Place, list[FunctionType]] = {}
        self.caches: list[Any] = []
        for thing in gc.get_objects():
            if type(thing) is FunctionType and "/rules/" in thing.__code__.co_filename:
                self.functions.setdefault(_place(thing.__code__), []).append(thing)
            elif type(thing) is CACHED and _of(thing).startswith(OWN):
                self.caches.append(thing)

    def put_in(self, mutant: Mutant) -> None:
        """Make this process one that was written with the mutant."""
        whole = compile(mutant.source(), str(mutant.path), "exec")
        if mutant.code is None or not self._swap(whole, mutant):
            run_again(module_of(mutant.path), whole)
        self.forget()

    def _swap(self, whole: CodeType, mutant: Mutant) -> bool:
        """Replace the code of the function that the mutant stands in; False: nobody holds it."""
        assert mutant.code is not None
        place = (str(mutant.path), *mutant.code)
        [code] = [one for one in _codes(whole) if _place(one) == place]
        held = self.functions.get(place, [])
        for function in held:
            function.__code__ = code
        return bool(held)

    def forget(self) -> None:
        """Empty every cache of what the rules said before."""
        for cache in self.caches:
            cache.cache_clear()


def _of(cache: Any) -> str:
    return getattr(cache, "__module__", None) or ""


def _place(code: CodeType) -> Place:
    return code.co_filename, code.co_qualname, code.co_firstlineno


def _codes(code: CodeType) -> list[CodeType]:
    inner = [one for one in code.co_consts if isinstance(one, CodeType)]
    return [code, *(deeper for one in inner for deeper in _codes(one))]


def module_of(path: Path) -> ModuleType:
    """Return the module that was imported from a file."""
    return next(
        module
        for module in list(sys.modules.values())
        if getattr(module, "__file__", None) == str(path)
    )


def run_again(changed: ModuleType, code: CodeType) -> None:
    """Run a module anew in its own names, and every pure module that imports it, in order."""
    before: dict[str, dict[str, Any]] = {}
    for module in [changed, *_that_import(changed)]:
        before[module.__name__] = dict(vars(module))
        own = code if module is changed else module.__spec__.loader.get_code(module.__name__)  # type: ignore[union-attr]
        exec(own, vars(module))
        _hand_out(before)


def _that_import(changed: ModuleType) -> list[ModuleType]:
    """Return the pure modules that import one, by way of others too, each after what it needs."""
    pure = {
        name: _imported(Path(module.__file__ or ""))
        for name, module in sys.modules.items()
        if name.startswith("ooievaar.") and _is_pure(name)
    }
    found: dict[str, None] = {changed.__name__: None}
    growing = True
    while growing:
        more = [name for name in pure if name not in found and pure[name] & found.keys()]
        growing = bool(more)
        found |= dict.fromkeys(more)
    names = list(found)[1:]
    ordered: list[str] = []
    while names:
        ready = [name for name in names if not pure[name] & set(names)]
        assert ready, f"a circle of imports: {names}"
        ordered += ready
        names = [name for name in names if name not in ready]
    return [sys.modules[name] for name in ordered]


def _is_pure(name: str) -> bool:
    return ".rules" in name or name.startswith(("ooievaar.bundles.engine", "ooievaar.bundles.pre"))


@functools.cache
def _imported(path: Path) -> frozenset[str]:
    """Return the modules that a file imports from, and those that it may import by name."""
    names = set()
    for node in ast.walk(ast.parse(path.read_bytes())):
        if isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
    return frozenset(names)


def _hand_out(before: dict[str, dict[str, Any]]) -> None:
    """Give everybody who holds a name of a module that ran again what it stands for now."""
    plain = (int, str, bool, float, type(None))
    changed: dict[tuple[str, int], Any] = {}
    for name, old in before.items():
        new = vars(sys.modules[name])
        for key, value in old.items():
            if not key.startswith("__") and new.get(key) is not value:
                changed[key if isinstance(value, plain) else "", id(value)] = new.get(key)
    for name, module in list(sys.modules.items()):
        if name.startswith(HOLDERS) and name not in before:
            for key, value in list(vars(module).items()):
                for held in ((key, id(value)), ("", id(value))):
                    if held in changed and held[0] in ("", key):
                        if held[0] == "" and isinstance(value, plain):
                            continue
                        setattr(module, key, changed[held])
