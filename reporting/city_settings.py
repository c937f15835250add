"""What only the city knows about publication: unknown, so empty until the office enters it."""

from django.utils.translation import gettext_lazy as _

from casework.city import SETTINGS, Setting

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
        _("Write before_publication if the committee has to receive a report before the public."),
    ),
)


def register() -> None:
    """Add the settings of publication to those the office fills in."""
    SETTINGS.update({setting.code: setting for setting in OWN})
