"""What keeps machine paths and index addresses out of the repository can itself fail."""

import pytest

from tools.check_tree import FORBIDDEN


def kinds(line: str) -> set[str]:
    return {kind for kind, pattern in FORBIDDEN.items() if pattern.search(line)}


@pytest.mark.parametrize(
    "line",
    [
        "folder = '/" + "root/project'",
        "see /" + "home/someone/notes",
        "cd /" + "work/main",
    ],
)
def test_a_path_of_one_machine_is_found(line: str) -> None:
    assert kinds(line) == {"a path of one machine"}


@pytest.mark.parametrize(
    "line",
    [
        "--index-" + "url https://packages.example/simple",
        '  "resolved"' + ': "https://packages.example/a.tgz"',
        "registry" + "=https://packages.example",
    ],
)
def test_an_index_address_is_found(line: str) -> None:
    assert kinds(line) == {"an index address"}


@pytest.mark.parametrize(
    "line", ["https://example.nl/home/page", "../shared/home/x", "form = ['--no-emit-index-url']"]
)
def test_other_paths_and_options_are_left_alone(line: str) -> None:
    assert not kinds(line)
