import os
import shutil

import pytest
import redis

from config import processes


def test_what_waits_in_the_broker_survives_a_stop(tmp_path):
    socket = tmp_path / "valkey.sock"
    with processes.broker(socket), redis.Redis.from_url(f"unix://{socket}") as client:
        client.rpush("celery", "a task")
    with processes.broker(socket), redis.Redis.from_url(f"unix://{socket}") as client:
        assert client.lrange("celery", 0, -1) == [b"a task"]


def test_broker_ends_even_when_its_folder_is_gone(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    socket = folder / "valkey.sock"
    with processes.broker(socket):
        with redis.Redis.from_url(f"unix://{socket}") as client:
            client.rpush("celery", "a task")
            pid = client.info("server")["process_id"]
        shutil.rmtree(folder)

    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_other_users_cannot_reach_the_broker(tmp_path):
    socket = tmp_path / "valkey.sock"
    with processes.broker(socket):
        assert socket.stat().st_mode & 0o777 == 0o600
