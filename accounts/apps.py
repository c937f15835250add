from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = _("People and organizations")

    def ready(self):
        from .days_named import let_every_form_refuse

        let_every_form_refuse()
        autodiscover_modules("permissions")  # each app's module registers its rules
