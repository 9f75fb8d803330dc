"""Names and sizes that the portal takes."""

import random
from io import BytesIO
from zipfile import ZipFile

import pytest

from ooievaar.claims.messages import portal
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.portal import file_name, is_file_name, packages


def test_a_name_says_standard_insurer_and_invoice() -> None:
    layout = shipped()["KZ301-3.2"]

    assert file_name(layout, "3311", "IGO000000042") == "KZ301-3311-IGO000000042.asc"
    assert is_file_name(file_name(layout, "3311", "IGO 42/é"))


@pytest.mark.parametrize("name", ["", " a.asc", "a b.asc", "../a.asc", "é.asc", ".asc", "a\n"])
def test_a_name_that_the_portal_refuses(name: str) -> None:
    assert not is_file_name(name)
    (finding,) = packages({name: b"x"})
    assert not isinstance(finding, bytes)


def names_in(package: object) -> list[str]:
    assert isinstance(package, bytes)
    return ZipFile(BytesIO(package)).namelist()


def test_thirty_files_go_in_a_zip() -> None:
    files = {f"a{at:03d}.asc": b"x" * at for at in range(61)}

    zips = packages(files)

    assert [len(names_in(package)) for package in zips] == [30, 30, 1]
    assert [name for package in zips for name in names_in(package)] == list(files)
    assert packages(files) == zips


def test_a_zip_stays_within_its_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    # The limits made small: the rule is the same, the files need not be.
    monkeypatch.setattr(portal, "MAX_ZIP_BYTES", 4_000)
    monkeypatch.setattr(portal, "MAX_UNPACKED_BYTES", 10_000)
    chance = random.Random(1)
    files = {f"a{at}.asc": chance.randbytes(1_500) for at in range(5)}
    files |= {f"b{at}.asc": b"x" * 4_000 for at in range(5)}

    zips = packages(files)

    assert [name for package in zips for name in names_in(package)] == list(files)
    assert all(isinstance(package, bytes) and len(package) <= 4_000 for package in zips)
    assert len(zips) == 5

    (finding,) = packages({"c.asc": b"x" * 10_001})
    assert not isinstance(finding, bytes) and "te groot" in finding.message
    (finding,) = packages({"c.asc": chance.randbytes(9_000)})
    assert not isinstance(finding, bytes) and "ingepakt" in finding.value
