from django.core.management.base import BaseCommand

from reporting.search import indexing


class Command(BaseCommand):
    help = "Make the index of the search anew from what is published. Safe to run again."

    def handle(self, **options):
        for kind, count in indexing.rebuild().items():
            self.stdout.write(f"{kind}: {count}")
