"""What only the city knows about publication: unknown, so empty until the office enters it."""

from django.utils.translation import gettext_lazy as _

from casework.city import SETTINGS, Setting

for setting in (
    Setting(
        "municipality_code",
        _("Code of the municipality (全国地方公共団体コード)"),
        _("Stands in the open data when it is set."),
    ),
    Setting(
        "tabling_order",
        _("When the committee receives collaboration reports"),
        _(
            "Write before_publication if a report is published only after the committee received it."
        ),
    ),
):
    SETTINGS.setdefault(setting.code, setting)
