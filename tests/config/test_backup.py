"""What a backup holds, and how each damage is found: within one process."""

import hashlib
import json
import stat
import tarfile
from dataclasses import replace
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command

from accounts.models import Role
from casework import files
from casework.models import BackupRun, Case, Event, RestoreDrill, StoredFile
from config.backups import folder as backup_folder
from config.backups import keys, making, restoring
from config.bootstrap import Stop
from tests import factories
from tests.casework.cases import filed
from tests.factories import NOON

pytestmark = [
    pytest.mark.django_db(transaction=True),  # a copy waits for what is not committed
    pytest.mark.skipif("postgres" in settings.DATABASES["default"]["ENGINE"], reason="see restore"),
]

PDF = b"%PDF-1.4 " + b"x" * 100


@pytest.fixture(autouse=True)
def uploads(settings, tmp_path):
    """A folder of uploads that is this test's own."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def upload() -> StoredFile:
    given = SimpleUploadedFile("計画.pdf", PDF)
    return files.store(filed(), given, label="計画", by=factories.user(Role.OFFICE), at=NOON)


@pytest.fixture
def whole(tmp_path, upload) -> Path:
    return making.make(tmp_path / "backups", at=NOON).folder


def run(*arguments, **options) -> str:
    said = StringIO()
    call_command(*arguments, stdout=said, **options)
    return said.getvalue()


def rewrite(folder: Path, **changes) -> None:
    """Change what a backup says of itself, as the program that made it would have said it."""
    backup_folder.write_manifest(folder, replace(backup_folder.verified(folder), **changes))


# What it holds


def test_backup_is_named_by_its_moment_and_counts_its_rows(whole, upload):
    manifest = backup_folder.verified(whole)

    assert whole.name == "yell-20261120-120000"
    assert sorted(path.name for path in whole.iterdir()) == [
        "database.sqlite3", "files.tar", "manifest.json",
    ]  # fmt: skip
    assert manifest.rows["casework_case"] == Case.objects.count() == 1
    assert manifest.rows["casework_event"] == Event.objects.count()
    assert "casework.0001_initial" in manifest.migrations
    assert (manifest.vendor, manifest.version, manifest.missing) == ("sqlite", "0.1.0", [])


def test_nobody_but_its_owner_opens_it(whole):
    assert stat.S_IMODE(whole.stat().st_mode) == 0o700


def test_uploads_are_in_it_byte_by_byte_and_what_no_row_names_is_not(tmp_path, upload):
    default_storage.save("cases/stranger.pdf", ContentFile(b"nobody's"))

    folder = making.make(tmp_path / "backups", at=NOON).folder

    with tarfile.open(folder / "files.tar") as tar:
        assert tar.getnames() == [upload.content.name]
        assert tar.extractfile(upload.content.name).read() == PDF


def test_upload_that_is_gone_is_named_and_the_backup_stands(tmp_path, upload):
    default_storage.delete(upload.content.name)

    with pytest.raises(CommandError, match="The backup stands, but 1 files were not there"):
        run("backup", tmp_path / "backups")

    [folder] = (tmp_path / "backups").iterdir()
    assert backup_folder.verified(folder).missing == [upload.content.name]
    assert BackupRun.objects.get().folder == folder.name


def test_run_that_fails_leaves_nothing_and_no_row(tmp_path, upload):
    path = Path(default_storage.path(upload.content.name))
    path.unlink()
    path.mkdir()  # what is no file cannot be read as one

    with pytest.raises(IsADirectoryError):
        run("backup", tmp_path / "backups")

    assert list((tmp_path / "backups").iterdir()) == []
    assert not BackupRun.objects.exists()


def test_row_says_when_how_large_and_which(tmp_path, upload):
    said = run("backup", tmp_path / "backups")

    row, [folder] = BackupRun.objects.get(), (tmp_path / "backups").iterdir()
    manifest = (folder / "manifest.json").read_bytes()
    assert (row.folder, row.digest) == (folder.name, hashlib.sha256(manifest).hexdigest())
    assert row.size == sum(
        (folder / name).stat().st_size for name in ("database.sqlite3", "files.tar")
    )
    assert str(folder) in said


def test_folder_that_cannot_be_written_to_is_said(tmp_path):
    (tmp_path / "occupied").touch()

    with pytest.raises(CommandError, match="cannot be written to"):
        run("backup", tmp_path / "occupied")


def test_command_without_a_folder_says_what_it_wants():
    with pytest.raises(CommandError, match="Name the DIRECTORY"):
        run("backup")


def test_leftover_of_a_run_that_was_cut_short_is_named(tmp_path):
    left = tmp_path / "backups" / "yell-20261101-000000.unfinished"
    left.mkdir(parents=True)

    assert f"{left} was left by a run that was cut short" in run("backup", tmp_path / "backups")


# Keys


def test_keys_stand_apart_and_never_in_the_folder(tmp_path, upload):
    said = run("backup", tmp_path / "backups", keys=tmp_path / "keys.json")

    path, [folder] = tmp_path / "keys.json", (tmp_path / "backups").iterdir()
    assert json.loads(path.read_text()) == {
        "SECRET_KEY": settings.SECRET_KEY, "BANK_KEY": settings.BANK_KEY,
    }  # fmt: skip
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    kept = b"".join(part.read_bytes() for part in folder.iterdir())
    assert settings.SECRET_KEY.encode() not in kept and settings.BANK_KEY.encode() not in kept
    assert "must be kept apart" not in said


def test_backup_without_keys_says_that_they_must_be_kept(tmp_path):
    assert "must be kept apart: add --keys FILE" in run("backup", tmp_path / "backups")


def test_keys_within_the_backups_are_refused(tmp_path):
    with pytest.raises(CommandError, match="Keep the keys outside"):
        run("backup", tmp_path / "backups", keys=tmp_path / "backups" / "keys.json")

    assert not (tmp_path / "backups").exists()


def test_keys_of_another_installation_are_refused(tmp_path, whole):
    (tmp_path / "keys.json").write_text(
        json.dumps({"SECRET_KEY": "another", "BANK_KEY": "another"})
    )

    with pytest.raises(CommandError, match="do not belong to this backup"):
        run("restore", whole, keys=tmp_path / "keys.json")


@pytest.mark.parametrize("text", ["", "[]", "{}", "null"])
def test_file_that_holds_no_keys_is_refused(tmp_path, text):
    (tmp_path / "keys.json").write_text(text)

    with pytest.raises(Stop, match="is no file of keys"):
        keys.read(tmp_path / "keys.json")


# Damage


def test_whole_backup_is_called_whole(whole):
    assert f"{whole.name} is whole: 2026-11-20 12:00 (Japan time)" in run("backup", verify=whole)


@pytest.mark.parametrize("part", ["database.sqlite3", "files.tar", "manifest.json"])
@pytest.mark.parametrize("command", ["verify", "restore", "drill"])
def test_damaged_part_is_named_and_nothing_is_restored(whole, part, command):
    content = bytearray((whole / part).read_bytes())
    content[len(content) // 2] ^= 1
    (whole / part).write_bytes(bytes(content))
    commands = {
        "verify": lambda: run("backup", verify=whole),
        "restore": lambda: run("restore", whole, replace=True),
        "drill": lambda: run("restore", whole, drill=True),
    }

    with pytest.raises(CommandError, match=f"The part {part} of the backup is damaged"):
        commands[command]()

    assert not RestoreDrill.objects.exists()


@pytest.mark.parametrize("part", ["database.sqlite3", "files.tar"])
def test_part_that_is_missing_is_named(whole, part):
    (whole / part).unlink()

    with pytest.raises(CommandError, match=f"lacks its part {part}"):
        run("backup", verify=whole)


def test_part_that_was_cut_off_is_damaged(whole):
    with (whole / "database.sqlite3").open("r+b") as file:
        file.truncate(5000)

    with pytest.raises(CommandError, match=r"database\.sqlite3 of the backup is damaged"):
        run("restore", whole)


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"digest": ""}'])
def test_manifest_that_says_nothing_is_damaged(whole, text):
    (whole / "manifest.json").write_text(text)

    with pytest.raises(CommandError, match=r"manifest\.json of the backup is damaged"):
        run("restore", whole)


def test_folder_without_manifest_or_of_an_unfinished_run_is_no_backup(whole, tmp_path):
    unfinished = whole.rename(tmp_path / f"{whole.name}.unfinished")
    with pytest.raises(CommandError, match="is no whole backup"):
        run("restore", unfinished)

    (unfinished / "manifest.json").unlink()
    with pytest.raises(CommandError, match="is no whole backup"):
        run("restore", unfinished.rename(whole))


# Where it may not be restored


def test_backup_of_another_database_is_refused(whole):
    rewrite(whole, vendor="postgresql")

    with pytest.raises(CommandError, match="This backup is of postgresql; the site uses sqlite"):
        run("restore", whole)


@pytest.mark.parametrize(
    "changes", [{"version": "0.10.0"}, {"migrations": ["casework.0099_of_tomorrow"]}]
)
def test_backup_of_a_newer_program_is_refused(whole, changes):
    rewrite(whole, **changes)

    with pytest.raises(CommandError, match="of a newer program"):
        run("restore", whole)


@pytest.mark.parametrize(
    ("theirs", "ours", "words"),
    [(True, False, "is of a demonstration"), (False, True, "This site is a demonstration")],
)
def test_demonstration_and_real_data_are_never_mixed(whole, settings, theirs, ours, words):
    rewrite(whole, demonstration=theirs)
    settings.DEMO = ours

    with pytest.raises(CommandError, match=words):
        run("restore", whole)


def test_versions_are_compared_by_number():
    assert restoring._numbers("0.10.0") > restoring._numbers("0.9.1")
