"""Keys: what a backup must not hold, for whoever finds it could then act as the site.

They are written into a file of their own, readable by its owner alone, to be kept elsewhere.
"""

import json
import os
import secrets
from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from config.bootstrap import Stop

#: The settings that are keys. What protects rows by another key adds its setting here.
KEYS = ("SECRET_KEY", "BANK_KEY")


def fingerprint(values: dict[str, str]) -> str:
    """Return what tells whether keys belong to a backup; nobody can get back from it to a key."""
    text = json.dumps([values[name] for name in KEYS])
    return salted_hmac("config.backups.keys", "keys", secret=text, algorithm="sha256").hexdigest()


def present() -> dict[str, str]:
    """Return the keys of this installation."""
    return {name: getattr(settings, name) for name in KEYS}


def write(path: Path) -> None:
    """Write the keys of this installation into a file that its owner alone can read.

    :raises Stop: if it cannot be written.
    """
    _write_privately(path, json.dumps(present(), indent=1) + "\n")


def _write_privately(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        fresh.touch(mode=0o600, exist_ok=False)
        fresh.write_text(text)
        os.replace(fresh, path)
    except OSError as error:
        raise Stop(
            f"{path} に書き込めません({error.strerror})。",
            f"{path} cannot be written ({error.strerror}).",
        ) from None


def read(path: Path) -> dict[str, str]:
    """Return the keys of a file that :func:`write` wrote.

    :raises Stop: if it is none.
    """
    try:
        told = json.loads(path.read_text())
        return {name: str(told[name]) for name in KEYS}
    except (OSError, ValueError, KeyError, TypeError):
        raise Stop(
            f"{path} は鍵のファイルではありません。", f"{path} is no file of keys."
        ) from None


def require_match(values: dict[str, str], wanted: str, path: Path) -> None:
    """:raises Stop: if ``values`` are not the keys of the backup that bears ``wanted``."""
    if not constant_time_compare(fingerprint(values), wanted):
        raise Stop(
            f"{path} の鍵は、このバックアップのものではありません。",
            f"The keys in {path} do not belong to this backup.",
        )


def take_over(values: dict[str, str]) -> bool:
    """Make ``values`` the keys of this installation from its next start on.

    :returns: whether that was possible; keys of the environment are for whoever set them to change.
    """
    fresh = {name: value for name, value in values.items() if value != getattr(settings, name)}
    places = {name: settings.DATA / name.lower() for name in fresh}
    if not all(_is_kept(place, name) for name, place in places.items()):
        return False
    for name, place in places.items():
        _write_privately(place, fresh[name])
    return True


def _is_kept(place: Path, name: str) -> bool:
    """Return whether the key stands in a file of this installation, and not in the environment."""
    return place.exists() and place.read_text() == getattr(settings, name)
