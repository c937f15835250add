"""The settings of the tests: those of the program, in a data folder and database of their own."""

import atexit
import os
import shutil
import tempfile

DATA = tempfile.mkdtemp(prefix="yell-test-")
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
os.mkdir(os.path.join(DATA, "static"))  # whitenoise warns of a folder that is not there
os.environ |= {
    "DATA": DATA,
    "DATABASE_URL": os.environ.get("TEST_DATABASE_URL", ""),
    "DEBUG": "0",
    "DEMO": "0",
    "EMAIL_URL": "",
    "HTTPS": "0",
    "REDIS_URL": os.environ.get("TEST_REDIS_URL", ""),
    "SECRET_KEY": "tests-only-" + "0123456789abcdef" * 4,
    "BANK_KEY": "tests-only-too-" + "0123456789abcdef" * 4,
}

from config.settings import *  # noqa: E402, F403

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
