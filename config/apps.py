from django.apps import AppConfig, apps
from django.core.management import call_command
from django.db.models.signals import post_migrate


def make_cache_table(*, verbosity: int, using: str, **_kwargs) -> None:
    call_command("createcachetable", verbosity=max(0, verbosity - 1), database=using)


class ConfigConfig(AppConfig):
    name = "config"

    def ready(self):
        from accounts.models import Role
        from casework.desk_panels import desk_panel
        from config import health

        desk_panel(Role.ADMINISTRATOR, "casework/desk/health.html", health.on_a_desk, order=40)
        # The signal comes once for each app that has models, and this one has none.
        post_migrate.connect(make_cache_table, sender=apps.get_app_config("accounts"))
