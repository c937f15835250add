from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


def make_cache_table(*, verbosity: int, using: str, **_kwargs) -> None:
    call_command("createcachetable", verbosity=max(0, verbosity - 1), database=using)


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self):
        post_migrate.connect(make_cache_table, sender=self)
