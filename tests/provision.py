"""See to it that what the tests need is there; else print the line to type, and fail."""

import os
import shutil
import subprocess
import sys

from tests import services


def ensure_chromium() -> str:
    """Return the browser, installed from the system's packages where that is possible.

    :raises services.Missing: if it is not there and cannot be installed.
    """
    try:
        return services.chromium()
    except services.Missing:
        if os.geteuid() != 0 or not shutil.which("apt-get"):
            raise
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(["apt-get", "-q", *arguments], env=environment, stdout=subprocess.DEVNULL)
    return services.chromium()


def postgres_version() -> str:
    import psycopg

    with services.postgres() as url, psycopg.connect(url, dbname="postgres") as db:
        return db.execute("SHOW server_version").fetchone()[0]


def valkey_version() -> str:
    import redis

    with services.valkey() as url, redis.Redis.from_url(url) as client:
        return client.info("server")["valkey_version"]


def main() -> None:
    needs = {
        "Chromium": ensure_chromium,
        "PostgreSQL": postgres_version,
        "Valkey": valkey_version,
    }
    missing = []
    for name, find in needs.items():
        try:
            print(f"{name}: {find()}", flush=True)
        except services.Missing as absence:
            missing.append(
                f"{name} がありません。次を実行してください: / is missing; type: {absence}"
            )
    if missing:
        sys.exit("\n".join(missing))


if __name__ == "__main__":
    main()
