"""What only the city knows about publication: unknown, so empty until the office enters it."""

from django.utils.translation import gettext_lazy as _

from casework.city import SETTINGS, Setting

from .conditions import ANY_ORDER, TABLED_FIRST

OWN = (
    Setting(
        "municipality_code",
        _("Code of the municipality (全国地方公共団体コード)"),
        _("Stands in the open data when it is set."),
    ),
    Setting(
        "public_site_url",
        _("Address at which the exported site stands"),
        _(
            "Such as https://www.city.example.jp/yell/. Feed, sitemap and the check of links use it."
        ),
    ),
    Setting(
        "open_data_licence",
        _("Licence of the open data"),
        _("Best as the address of the licence, which programs can read."),
    ),
    Setting(
        "giving_prefix",
        _("Prefix of the ids in the 360Giving file"),
        _(
            "As 360Giving gives it to a publisher. Until it is set, the code of the municipality stands there."
        ),
    ),
    Setting(
        "corporate_number_list",
        _("Code of the list of corporate numbers (法人番号) in org-id.guide"),
        _("Stands before the corporate number of a group in the 360Giving file when it is set."),
    ),
    Setting(
        "tabling_order",
        _("When the committee receives collaboration reports"),
        choices=(
            (TABLED_FIRST, _("before they are published")),
            (ANY_ORDER, _("before or after they are published")),
        ),
    ),
)


def register() -> None:
    """Add the settings of publication to those the office fills in."""
    SETTINGS.update({setting.code: setting for setting in OWN})
