import pytest

from config import checks

ALL = {name: {"image": name} for name in checks.SERVICES}


@pytest.fixture
def compose_file(tmp_path):
    def write(services):
        path = tmp_path / "docker-compose.yml"
        path.write_text(checks.yaml.safe_dump({"services": services}))
        return path

    return write


def test_our_compose_file_is_valid():
    assert checks.check_compose(checks.ROOT / "docker-compose.yml").startswith("parsed")


@pytest.mark.parametrize(
    ("changed", "complaint"),
    [
        ({"web": {"image": "yell", "depends_on": {"cache": {}}}}, r"web waits for \['cache'\]"),
        ({"beat": {"command": "celery"}}, "beat has neither an image nor a build"),
        ({"extra": {"image": "x"}}, "services are"),
    ],
)
def test_wrong_compose_file_is_refused(compose_file, changed, complaint):
    with pytest.raises(ValueError, match=complaint):
        checks.check_compose(compose_file(ALL | changed))


def test_failing_check_is_named_and_shows_what_it_said(capsys):
    commands = {
        "good": [checks.sys.executable, "-c", "print('quiet')"],
        "bad": [checks.sys.executable, "-c", "import sys; print('loud'); sys.exit(3)"],
    }
    assert checks.run(commands) == ["bad"]
    said = capsys.readouterr().out
    assert "loud" in said
    assert "quiet" not in said


def test_checks_do_not_see_what_this_machine_has_set(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://somewhere/else")
    assert "DATABASE_URL" not in checks.environment(str(tmp_path))
