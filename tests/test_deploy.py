"""The units, the proxy and the environment of the guide fit what Ooievaar knows and asks."""

import configparser
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from ooievaar.settings import running

ROOT = Path(__file__).resolve().parent.parent
UNITS = sorted((ROOT / "deploy/systemd").iterdir())
NGINX = (ROOT / "deploy/nginx/ooievaar.conf").read_text("utf-8")
ENVIRONMENT = (ROOT / "deploy/ooievaar.env.example").read_text("utf-8")
COMMAND = "/usr/local/lib/ooievaar/bin/ooievaar"
EXPOSURE = 20
"""Of systemd's scale from 0 (nothing may) to 100, times ten."""


class Unit(configparser.RawConfigParser):
    """A unit: a key may come more than once, and keeps its capitals."""

    def __init__(self) -> None:
        super().__init__(strict=False, delimiters=("=",), comment_prefixes=("#",))

    def optionxform(self, optionstr: str) -> str:
        return optionstr


def read_unit(path: Path) -> Unit:
    unit = Unit()
    unit.read(path, "utf-8")
    return unit


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_each_unit_has_the_sections_of_its_kind(path: Path) -> None:
    unit = read_unit(path)
    assert unit.has_option("Unit", "Description")
    if path.suffix in (".timer", ".target"):
        assert unit.has_option("Install", "WantedBy")
        return
    service = unit["Service"]
    assert service["ExecStart"].startswith(f"{COMMAND} ")
    assert service["User"] == "ooievaar"
    assert service["LoadCredential"].startswith("secret-key:")
    for key in ("NoNewPrivileges", "ProtectHome", "PrivateTmp", "PrivateDevices"):
        assert service[key] == "yes"
    assert (service["ProtectSystem"], service["UMask"]) == ("strict", "0077")
    assert service["CapabilityBoundingSet"] == ""


@pytest.mark.parametrize("path", UNITS, ids=lambda path: path.name)
def test_a_unit_runs_a_command_that_exists(path: Path) -> None:
    from ooievaar.cli.main import COMMAND_MODULES

    unit = read_unit(path)
    if unit.has_section("Service"):
        command = unit["Service"]["ExecStart"].split()[1]
        modules = {"serve": "serving", "derive": "deriving"}
        assert modules.get(command, command) in COMMAND_MODULES


def test_each_timer_starts_a_unit_that_is_there_and_the_guide_enables_it() -> None:
    names = {path.name for path in UNITS}
    timers = [path for path in UNITS if path.suffix == ".timer"]
    guide = (ROOT / "docs/running.md").read_text("utf-8")
    enabled = [line for line in guide.splitlines() if "systemctl enable" in line]
    assert [path.stem for path in timers] == ["ooievaar-backup", "ooievaar-derive"]
    for path in timers:
        assert f"{path.stem}.service" in names
        assert len(enabled) == 2 and all(path.name in line for line in enabled)
        assert read_unit(path).has_option("Timer", "OnCalendar")


def test_at_night_every_network_is_derived() -> None:
    unit = read_unit(ROOT / "deploy/systemd/ooievaar-derive.service")
    assert unit["Service"]["ExecStart"] == f"{COMMAND} derive --all"


def test_systemd_itself_finds_nothing_wrong_and_little_exposed(tmp_path: Path) -> None:
    analyse = shutil.which("systemd-analyze")
    if analyse is None:
        pytest.skip("geen systemd-analyze op deze computer: niet uitgevoerd")
    names = []
    for path in UNITS:
        name = path.name.replace("@.", "@8001.")
        text = path.read_text("utf-8").replace(COMMAND, "/usr/bin/true")
        (tmp_path / name).write_text(text)
        names.append(str(tmp_path / name))
    done = subprocess.run([analyse, "verify", *names], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    for name in names:
        if name.endswith(".service"):
            words = ["security", "--offline=true", "--no-pager", f"--threshold={EXPOSURE}", name]
            done = subprocess.run([analyse, *words], capture_output=True, text=True, check=False)
            assert done.returncode == 0, done.stdout[-300:]


def test_the_environment_of_the_example_starts_once_it_has_a_key(tmp_path: Path) -> None:
    lines = [line for line in ENVIRONMENT.splitlines() if line and not line.startswith("#")]
    given = dict(line.split("=", 1) for line in lines)
    database = given["OOIEVAAR_DATABASE_URL"]
    without = running.read_running(given, tmp_path, database)
    assert [lack.split()[0] for lack in without.lacks] == ["OOIEVAAR_SECRET_KEY"]
    key = tmp_path / "secret-key"
    key.write_text("q8Zr5Jw1Yb7Xc3Vn9Mk2Ls4Hd6Gf0Tt8Pp5Rr1Ww7Ee3Uu9Ii2Oo4")
    given["OOIEVAAR_SECRET_KEY_FILE"] = str(key)
    assert running.read_running(given, tmp_path, database).lacks == ()


def test_every_setting_is_in_the_guide_and_every_one_in_the_guide_is_read() -> None:
    name = re.compile(r"OOIEVAAR_[A-Z_]+[A-Z]")
    code = [path for path in (ROOT / "src").rglob("*.py") if "tests" not in path.parts]
    read = {found for path in code for found in name.findall(path.read_text("utf-8"))}
    told = set(name.findall((ROOT / "docs/running.md").read_text("utf-8")))
    assert read == told
    assert set(name.findall(ENVIRONMENT)) <= read


def test_the_proxy_is_whole_and_passes_on_only_what_it_wrote_itself() -> None:
    bare = re.sub(r"#.*", "", NGINX)
    outside_texts = re.sub(r"'[^']*'|\"[^\"]*\"", "", bare)
    assert outside_texts.count("{") == outside_texts.count("}")
    for line in outside_texts.splitlines():
        assert not line.strip() or line.strip()[-1] in ";{}" or "log_format" in line, line
    assert "X-Forwarded-For $remote_addr" in bare
    assert "X-Forwarded-Proto $scheme" in bare
    assert "X-Request-ID $request_id" in bare
    assert "ssl_protocols TLSv1.2 TLSv1.3;" in bare


def test_the_proxy_writes_down_no_address_with_what_was_asked() -> None:
    form = NGINX[NGINX.index("log_format") : NGINX.index("limit_req_zone")]
    for name in ("$request ", "$request_uri", "$args", "$query_string", "$uri", "$http_referer"):
        assert name not in form
    written = [line for line in NGINX.splitlines() if line.strip().startswith("access_log")]
    assert all(line.strip().endswith((" off;", " ooievaar;")) for line in written)
    assert re.search(r"error_log\s+\S+ crit;", NGINX)
