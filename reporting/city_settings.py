"""What only the city knows about publication: unknown, so empty until the office enters it."""

from django.utils.translation import gettext_lazy as _

from casework.city import SETTINGS, Setting

from .conditions import TABLED_FIRST

OWN = (
    Setting(
        "municipality_code",
        _("Code of the municipality (全国地方公共団体コード)"),
        _("Stands in the open data when it is set."),
    ),
    Setting("open_data_licence", _("Licence of the open data")),
    Setting(
        "tabling_order",
        _("When the committee receives collaboration reports"),
        choices=(
            (TABLED_FIRST, _("before they are published")),
            ("any", _("before or after they are published")),
        ),
    ),
)


def register() -> None:
    """Add the settings of publication to those the office fills in."""
    SETTINGS.update({setting.code: setting for setting in OWN})
