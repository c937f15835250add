from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backups import folder as backup_folder
from config.backups import keys, making
from config.bootstrap import Stop


class Command(BaseCommand):
    help = (
        "Copy the database and the uploads into a new folder of DIRECTORY while the site runs. "
        "Keys go into a file of their own. With --verify, read a backup back instead."
    )

    def add_arguments(self, parser):
        parser.add_argument("directory", nargs="?", type=Path, help="where backups are kept")
        parser.add_argument("--keys", type=Path, metavar="FILE", help="write the keys into FILE")
        parser.add_argument(
            "--verify", type=Path, metavar="FOLDER", help="tell whether a backup is whole"
        )

    def handle(self, *, directory: Path | None, keys: Path | None, verify: Path | None, **options):
        try:
            if verify:
                self.verify(verify)
            elif directory:
                self.make(directory, keys)
            else:
                raise CommandError("Name the DIRECTORY of the backups, or --verify FOLDER.")
        except Stop as stop:
            raise CommandError(str(stop)) from None

    def verify(self, folder: Path) -> None:
        manifest = backup_folder.verified(folder)
        moment = f"{timezone.localtime(manifest.at):%Y-%m-%d %H:%M}"
        rows = sum(manifest.rows.values())
        self.stdout.write(
            self.style.SUCCESS(f"{folder.name} is whole: {moment} (Japan time), {rows} rows.")
        )
        self.name_missing(manifest)

    def make(self, directory: Path, keys_file: Path | None) -> None:
        if keys_file:
            require_apart(keys_file, directory)
            keys.write(keys_file)
        made = making.make(directory, at=timezone.now())
        making.note(made)
        self.tell_of_unfinished(directory)
        if keys_file is None:
            self.stdout.write(
                "Keys are not in it and must be kept apart: add --keys FILE, on another medium. / "
                "鍵は入っていません。--keys FILE で別の媒体に保管してください。"
            )
        self.stdout.write(self.style.SUCCESS(f"{made.folder} ({made.manifest.size} bytes)"))
        self.name_missing(made.manifest)

    def name_missing(self, manifest: backup_folder.Manifest) -> None:
        """Name the uploads that were not there; the backup stands all the same.

        :raises CommandError: if there are any, so that a timer reports it.
        """
        for name in manifest.missing:
            self.stdout.write(self.style.ERROR(f"missing: {name}"))
        if manifest.missing:
            raise CommandError(
                f"バックアップはできましたが、ファイルが {len(manifest.missing)} 件見つかりませんでした。 / "
                f"The backup stands, but {len(manifest.missing)} files were not there."
            )

    def tell_of_unfinished(self, directory: Path) -> None:
        for left in sorted(directory.glob(f"yell-*{backup_folder.UNFINISHED}")):
            self.stdout.write(f"{left} was left by a run that was cut short, and may be removed.")


def require_apart(keys_file: Path, directory: Path) -> None:
    """:raises Stop: if whoever finds the backups would find the keys with them."""
    if keys_file.resolve().is_relative_to(directory.resolve()):
        raise Stop(
            f"鍵は {directory} の外に保管してください。", f"Keep the keys outside {directory}."
        )
