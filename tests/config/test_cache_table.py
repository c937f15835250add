"""A fresh database has the table in which log-in attempts are counted."""

import os
import subprocess
import sys

from django.conf import settings


def test_migrate_makes_the_cache_table(tmp_path):
    """In a database of its own: the test runner makes cache tables by itself."""
    own = {"DATA": str(tmp_path), "DATABASE_URL": "", "DJANGO_SETTINGS_MODULE": "config.settings"}
    environment = {**os.environ, **own}
    manage = [sys.executable, str(settings.BASE_DIR / "manage.py")]

    subprocess.run([*manage, "migrate", "-v0"], check=True, env=environment)
    count = "from django.core.cache import cache; cache.set('a', 1); print(cache.get('a'))"
    out = subprocess.run(
        [*manage, "shell", "-v0", "-c", count],
        check=True, env=environment, capture_output=True, text=True,
    )  # fmt: skip

    assert out.stdout.strip() == "1"
