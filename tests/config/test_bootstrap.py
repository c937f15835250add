import stat
import subprocess
import sys

import pytest

from config import bootstrap


def fake_python(folder, name, *, answer):
    path = folder / name
    path.write_text(f"#!/bin/sh\necho {answer}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return path


@pytest.fixture
def only(tmp_path, monkeypatch):
    """A PATH that holds nothing but what the test puts there."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    return tmp_path


def test_probe_of_this_python_tells_its_version():
    assert bootstrap.probe(sys.executable)[0] == sys.version_info[:2]


def test_probe_of_what_is_no_python_is_none():
    assert bootstrap.probe("/bin/echo") is None


def test_find_python_prefers_the_first_supported(only):
    fake_python(only, "old", answer="3 10 1")
    good = fake_python(only, "good", answer="3 12 1")
    assert bootstrap.find_python(["old", "absent", "good"]) == str(good)


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ("3 9 1", "Python 3.11 to 3.13 is needed (found: 3.9)."),
        ("3 14 1", "Python 3.11 to 3.13 is needed (found: 3.14)."),
        ("3 12 0", "This Python has no venv module; install it"),
    ],
)
def test_find_python_says_in_one_sentence_what_is_wrong(only, answer, sentence):
    fake_python(only, "some", answer=answer)
    with pytest.raises(bootstrap.Stop) as stop:
        bootstrap.find_python(["some"])
    assert sentence in str(stop.value)
    assert "\n" not in str(stop.value)


def test_require_writable_names_the_folder(tmp_path):
    occupied = tmp_path / "a-file"
    occupied.touch()
    with pytest.raises(bootstrap.Stop, match=r"a-file cannot be written to"):
        bootstrap.require_writable(occupied)


def test_environment_is_current_until_a_lock_changes(tmp_path):
    lock, venv, stamp = tmp_path / "a.lock", tmp_path / ".venv", tmp_path / "stamp"
    lock.write_text("django==5.2\n")
    (venv / "bin").mkdir(parents=True)
    (venv / "bin" / "python").symlink_to(sys.executable)
    stamp.write_text(bootstrap.digest([lock]))
    assert bootstrap.is_current(venv, stamp, bootstrap.digest([lock]))
    lock.write_text("django==5.3\n")
    assert not bootstrap.is_current(venv, stamp, bootstrap.digest([lock]))


def test_wrong_python_ends_with_one_line_and_code_1(tmp_path):
    fake_python(tmp_path, "python3.11", answer="3 9 1")
    script = (
        "import sys; from config import bootstrap as b; b.ROOT = b.Path(sys.argv.pop());"
        "b.find_python.__defaults__ = (['python3.11'],); b.main()"
    )
    (tmp_path / "requirements.lock").touch()
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env={"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(bootstrap.ROOT)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "3.11〜3.13" in done.stderr
