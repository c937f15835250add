import imaplib
from collections import Counter
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from casework import bounce_boxes, bounces, clock, outbox
from casework.errors import NotPossible


class Command(BaseCommand):
    help = (
        "Read e-mails that came back from a mailbox, put each to its notice, and tell the office. "
        "Safe to run again, as from cron every few minutes."
    )

    def add_arguments(self, parser):
        where = parser.add_mutually_exclusive_group()
        where.add_argument("--maildir", type=Path, help="a folder in the Maildir format")
        where.add_argument("--imap", help="imaps://user@host/folder; BOUNCE_IMAP_PASSWORD logs in")
        parser.add_argument("--dry-run", action="store_true", help="say it, and change nothing")

    def handle(self, *, maildir, imap, dry_run, **options):
        if not maildir and not imap:
            raise CommandError("Say where to read: --maildir DIR or --imap URL.")
        if not settings.BOUNCE_ADDRESS:
            raise CommandError("BOUNCE_ADDRESS is not set: no e-mail says where to send it back.")
        box = (
            bounce_boxes.maildir(maildir)
            if maildir
            else bounce_boxes.imap(imap, settings.BOUNCE_IMAP_PASSWORD)
        )
        try:
            with outbox.delivered_by_hand():  # so that it works without a broker
                counted = self._read(box, dry_run=dry_run)
        except (NotPossible, OSError, imaplib.IMAP4.error) as error:
            raise CommandError(f"The mailbox could not be read: {error}") from None
        self.stdout.write(", ".join(f"{n} {what}" for what, n in counted.items()) or "No new mail.")

    def _read(self, box, *, dry_run: bool) -> Counter:
        counted: Counter = Counter()
        for mail in box:
            reading = bounces.read(mail.message, at=clock.now(), dry_run=dry_run)
            counted[reading.outcome.value] += 1
            about = f", notice {reading.notice}" if reading.notice else ""
            why = f": {reading.why}" if reading.why else ""
            self.stdout.write(f"{mail.name}: {reading.outcome.value}{about}{why}")
            if reading.is_done_with and not dry_run:
                mail.mark_read()
        return counted
