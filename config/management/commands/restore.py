from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from config.backups import restoring
from config.bootstrap import Stop


class Command(BaseCommand):
    help = (
        "Bring the site back to what the backup FOLDER holds. Nothing is sent afterwards until a "
        "person releases it in the engine room. With --drill, only try it, beside the site."
    )

    def add_arguments(self, parser):
        parser.add_argument("folder", type=Path)
        parser.add_argument("--keys", type=Path, metavar="FILE", help="take over the keys of FILE")
        parser.add_argument(
            "--replace", action="store_true", help="also where there are cases; a backup is kept"
        )
        parser.add_argument(
            "--drill", action="store_true", help="restore for trial, change nothing"
        )

    def handle(self, *, folder: Path, keys: Path | None, replace: bool, drill: bool, **options):
        at = timezone.now()  # the machine's own clock, as the moments of backups are
        try:
            if drill:
                found = restoring.drill(folder, at=at)
            else:
                found = restoring.restore(
                    folder, keys_file=keys, replace=replace, at=at, say=self.say
                )
        except Stop as stop:
            raise CommandError(str(stop)) from None
        self.tell(found, "The drill" if drill else "The site")
        if not drill:
            self.tell_what_is_next(found)
        if found.faults:
            raise CommandError(f"{len(found.faults)} faults were found; see above.")

    def say(self, words: str) -> None:
        self.stdout.write(words)
        self.stdout.flush()

    def tell(self, found: restoring.Found, what: str) -> None:
        for fault in found.faults:
            self.stdout.write(self.style.ERROR(fault))
        moment = f"{timezone.localtime(found.manifest.at):%Y-%m-%d %H:%M}"
        rows = sum(found.manifest.rows.values())
        self.stdout.write(
            f"{what}: restored as of {moment} (Japan time), {rows} rows; {len(found.faults)} faults."
        )

    def tell_what_is_next(self, found: restoring.Found) -> None:
        if found.keys is None:
            self.stdout.write("The keys were left as they are (--keys FILE takes them over).")
        elif not found.keys:
            self.stdout.write(
                "The environment sets other keys: set SECRET_KEY and BANK_KEY to what the file of keys holds. / "
                "環境変数の SECRET_KEY と BANK_KEY を、鍵のファイルの値に変えてください。"
            )
        self.stdout.write(
            f"{found.held} notices are held. Start the site and release it: /office/engine/restored/ / "
            f"お知らせ {found.held} 件を止めています。サイトを起動し、機関室で解除してください。"
        )
