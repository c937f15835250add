"""What is entered of a charge (加算金・延滞金): that it came, or that it is waived."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.forms import DateInput
from grants.charges_owed import OwedCharge
from grants.models import ChargeEntry

from .fields import EnteredOnce, YenField, text_area


class _OfOneCharge(forms.Form):
    which = forms.ChoiceField(label=_("Charge"), widget=forms.RadioSelect)

    def __init__(self, *args, owed: list[OwedCharge], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["which"].choices = [
            (one.which, _("%(charge)s: %(amount)s yen are open.") % _told(one)) for one in owed
        ]
        if len(owed) == 1:
            self.initial["which"] = owed[0].which


def _told(one: OwedCharge) -> dict:
    return {"charge": one.label, "amount": f"{one.open_yen:,}"}


class ChargePaidForm(EnteredOnce, _OfOneCharge):
    adds = ChargeEntry

    amount_yen = YenField(label=_("Amount"), min_value=1)
    paid_on = forms.DateField(label=_("Day on which the money came"), widget=DateInput())
    document = forms.CharField(label=_("Document"), max_length=200)


class ChargeWaivedForm(_OfOneCharge):
    """All that is open of one charge; who decided it is in the document that is named."""

    reason = forms.CharField(label=_("Reason"), widget=text_area(3))
    document = forms.CharField(
        label=_("Document of the decision"), max_length=200, help_text=_("Number or name, and day.")
    )
