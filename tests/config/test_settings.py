import os
import stat
import subprocess
import sys

import pytest

from config import settings
from config.bootstrap import ROOT


def test_secret_key_is_made_once_and_private(tmp_path):
    key = settings.kept_key(tmp_path / "data", "secret_key")
    assert len(key) > 50
    assert settings.kept_key(tmp_path / "data", "secret_key") == key
    assert stat.S_IMODE((tmp_path / "data" / "secret_key").stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["secret_key"]


def test_socket_of_a_deep_folder_stays_within_what_the_kernel_allows(tmp_path):
    deep = tmp_path / ("d" * 120)
    assert settings.socket_path(tmp_path) == tmp_path / "valkey.sock"
    assert len(bytes(settings.socket_path(deep))) < 100
    assert settings.socket_path(deep) != settings.socket_path(deep / "e")


def manage(*arguments, **environment):
    bare = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**bare, **environment},
        capture_output=True,
        text=True,
    )


def test_unwritable_data_folder_is_said_in_one_sentence(tmp_path):
    occupied = tmp_path / "data"
    occupied.touch()
    done = manage("check", DATA=str(occupied))
    assert done.returncode == 1
    assert done.stderr == (
        f"フォルダー {occupied} に書き込めません。書き込めるようにしてください。 / "
        f"The folder {occupied} cannot be written to; make it writable.\n"
    )


def test_settings_of_a_deployment_pass_djangos_check(tmp_path):
    done = manage(
        "check", "--deploy", "--fail-level", "WARNING", DATA=str(tmp_path), HTTPS="1", DEBUG="0"
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("given", "used"),
    [("redis://broker:6379/0", "redis://broker:6379/0"), ("", "redis+socket://{}/valkey.sock")],
)
def test_broker_address_suits_celery(tmp_path, given, used):
    shell = "from django.conf import settings; print(settings.CELERY_BROKER_URL)"
    done = manage("shell", "--no-imports", "-c", shell, DATA=str(tmp_path), REDIS_URL=given)
    assert done.stdout.strip() == used.format(tmp_path)
