"""What accounting does next with a project year, and how many yen it is about."""

from django.utils.translation import gettext as _

from casework.desk_notes import desk_notes
from casework.flow import Text
from casework.parties import Party

from .agreements import names_of, unsigned
from .models import ProjectYear


def money_to_move(ids: list[int]) -> dict[int, Text]:
    """Return, for each project year that waits for accounting, what to pay or to take back."""
    years = ProjectYear.objects.filter(pk__in=ids).prefetch_related("payments", "signatures")
    return {year.pk: _in_words(year) for year in years.select_related("proposal__round__edition")}


def _in_words(year: ProjectYear) -> Text:
    amount = {"amount": f"{abs(year.balance_yen):,}"}
    if year.balance_yen > 0 and (missing := unsigned(year)):
        words = _("The yearly agreement (年度協定書) is not signed yet by: %(parties)s.")
        return words % {"parties": names_of(missing)}
    if year.balance_yen > 0:
        return _("Pay %(amount)s yen, record the payment, and settle the account.") % amount
    if year.balance_yen < 0:
        words = _(
            "%(amount)s yen have to come back from the group. When they have come, record the "
            "repayment and settle the account."
        )
        return words % amount
    return _("Nothing is left to pay or to come back. Settle the account.")


desk_notes(ProjectYear.KIND, Party.ACCOUNTING, money_to_move)
