from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _

from .days_named import let_every_form_refuse

# Here, and not when the apps are ready: each field takes its validators when it is written.
let_every_form_refuse()


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and organizations")

    def ready(self):
        autodiscover_modules("permissions")  # each app's module registers its rules
