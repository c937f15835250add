from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.models.signals import post_migrate, pre_migrate
from django.utils.translation import gettext_lazy as _


class CaseworkConfig(AppConfig):
    name = "casework"
    verbose_name = _("Casework")

    def ready(self):
        from accounts import mail
        from accounts.models import Change

        from . import (  # noqa: F401  they register
            approvals,
            case_panels,
            desk_parts,
            destruction,
            failed_tasks,
            guards,
            jobs,
            letter_versions,
            merging,
            notice_kinds,
            outbox,
            permissions,
            representatives,
            restored,
            retention_classes,
            setup_steps,
        )
        from .models import (
            Attachment,
            Ladder,
            Message,
            NoticeTemplate,
            Rung,
            SeriesChange,
            Version,
        )

        mail.register(outbox.enqueue_account_mail)
        guards.append_only(Change)
        guards.append_only(Ladder)
        guards.append_only(Rung)
        guards.append_only(NoticeTemplate)
        guards.append_only(SeriesChange)
        guards.append_only(Message)
        guards.append_only(Attachment)
        guards.append_only(Version, erasing=("content",))
        pre_migrate.connect(guards.lift, dispatch_uid="casework.guards")
        post_migrate.connect(guards.install, dispatch_uid="casework.guards")
        register(Tags.database)(guards.check_installed)
