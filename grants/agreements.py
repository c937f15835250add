"""The yearly agreement (年度協定書) of a shared cost: who has to sign it, who has, who may record it."""

from datetime import date, datetime

import rules
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.permissions import require
from casework.calendar import japan_date
from casework.models import Letter
from casework.notice_words import in_words as day_in_words
from casework.outbox import tell
from casework.parties import Party as CaseParty
from casework.parties import listed
from casework.services import locked, record

from .models import AgreementSignature, ProjectYear
from .models.courses import Instrument
from .rules import Status

Party = AgreementSignature.Party

#: Who signs while the course does not say: whom the document itself names.
NAMED = (Party.ORGANIZATION, Party.CITY)

#: Who, as a party to the case, deals with the signature of a party to the agreement.
ACTS_AS = {
    Party.ORGANIZATION: CaseParty.ORGANIZATION,
    Party.DEPARTMENT: CaseParty.DEPARTMENT,
    Party.CITY: CaseParty.OFFICE,
}

#: States of a project year in which its agreement stands and can be signed.
STANDING = ("granted", "discontinued", "reported", "report_returned", "confirmed")


def parties_of(year: ProjectYear) -> list[str]:
    """Return who signs the agreement of ``year``, in the order in which they are named.

    While the course does not say (``agreement_parties``), those whom the document itself names:
    the city and the group. A subsidy has no agreement, and nobody signs. :func:`lacking` asks the
    same of all years at once.
    """
    if not year.by_agreement:
        return []
    told = (year.rules.text("agreement_parties") or "").split()
    return [party for party in Party.values if party in (told or NAMED)]


def signatures_of(year: ProjectYear) -> dict[str, AgreementSignature]:
    """Return party → the signature that counts."""
    return {s.party: s for s in year.signatures.all() if s.struck_at is None}


def unsigned(year: ProjectYear) -> list[str]:
    """Return the parties whose signature is missing under the agreement of ``year``."""
    parties = parties_of(year)
    signed = year.signed_by if parties else set()
    return [party for party in parties if party not in signed]


def lacking(party: str) -> QuerySet[ProjectYear]:
    """Return the project years whose agreement stands and is not signed by ``party``, who has to."""
    rule = "proposal__round__frozen_rules__agreement_parties"
    years = ProjectYear.objects.filter(
        state__in=STANDING, proposal__round__edition__instrument=Instrument.COST_SHARE
    )
    told = years.filter(**{f"{rule}__status": Status.SET})
    asked = Q(pk__in=told.filter(**{f"{rule}__value__icontains": party}).values("pk"))
    if party in NAMED:
        asked |= ~Q(pk__in=told.values("pk"))
    signed = AgreementSignature.objects.filter(party=party, struck_at=None)
    return years.filter(asked).exclude(pk__in=signed.values("year"))


def names_of(parties: list[str]) -> str:
    return listed(Party(party).label for party in parties)


def not_signed_by(parties: list[str]) -> str:
    """Say whose signature is missing under the yearly agreement."""
    words = _("The yearly agreement (年度協定書) is not signed yet by: %(parties)s.")
    return words % {"parties": names_of(parties)}


def refuse_unsigned(year: ProjectYear) -> None:
    """Stop money from going out before the agreement stands.

    :raises ValidationError: naming who has not signed.
    """
    if missing := unsigned(year):
        raise ValidationError(not_signed_by(missing))


def letters_of(year: ProjectYear) -> QuerySet[Letter]:
    """Return the letters that are the agreement of ``year``, the one that counts first.

    A change that was approved has an agreement of its own (変更協定書).
    """
    own = Q(case=year.pk, kind="granted")
    changed = Q(case__in=year.changes.values("pk"), kind="change_approved")
    return Letter.objects.filter(own | changed).order_by("-pk")


def written_on(year: ProjectYear) -> date | None:
    """Return the day of the letter that is the agreement, Japan date; ``None`` before it is sent."""
    return letters_of(year).values_list("issued_on", flat=True).first()


def signable_by(user, year: ProjectYear) -> list[str]:
    """Return for which parties ``user`` can record a signature now.

    A group and a department sign for themselves; the office records that of the city, and what
    others signed on paper.
    """
    if year.state not in STANDING:
        return []
    if rules.has_perm("grants.handle", user, year):
        return unsigned(year)
    own = []
    if rules.has_perm("grants.write", user, year):
        own.append(Party.ORGANIZATION)
    if year.department_id in user.duties.departments:
        own.append(Party.DEPARTMENT)
    return [party for party in unsigned(year) if party in own]


@transaction.atomic
def sign_agreement(
    year: ProjectYear, *, party: str, name: str, signed_on: date, by, at: datetime
) -> AgreementSignature:
    """Record that ``party`` has signed the yearly agreement (年度協定書) of ``year``.

    :param name: who signed.
    :param signed_on: Japan date under the signature; one's own is of today, one on paper is not.
    :raises PermissionDenied: if ``by`` cannot record it: not this party's, or signed, or too late.
    :raises ValidationError: if the day is not today's, or for the office lies in the future or
        before the agreement itself.
    """
    year, today = locked(year), japan_date(at)
    if party not in signable_by(by.act_on(today), year):
        raise PermissionDenied("grants.sign_agreement")
    _refuse_wrong_day(year, signed_on, today, on_paper=rules.has_perm("grants.handle", by, year))
    signature = AgreementSignature.objects.create(
        year=year, party=party, name=name, signed_on=signed_on, by=by, at=at
    )
    record(
        year, "sign_agreement", by=by, at=at, signature=signature.pk, party=party,
        signed_on=signed_on,
    )  # fmt: skip
    _tell_what_is_next(signature, by=by, at=at)
    return signature


def _tell_what_is_next(signature: AgreementSignature, *, by, at: datetime) -> None:
    """Tell who still has to sign, or, once all have, office and accounting that money can go out."""
    year, key = signature.year, f"signature-{signature.pk}"
    missing = unsigned(year)
    for party in missing:
        tell(
            year, ACTS_AS[party], "agreement_to_sign", at=at, key=f"{key}-{party}", but=by,
            signed=Party(signature.party).label, wanted=Party(party).label,
        )  # fmt: skip
    for party in () if missing else (CaseParty.OFFICE, CaseParty.ACCOUNTING):
        tell(year, party, "agreement_signed", at=at, key=f"{key}-all-{party}", but=by)


def _refuse_wrong_day(year: ProjectYear, signed_on: date, today: date, *, on_paper: bool) -> None:
    """Refuse a day on which nobody can have signed.

    :raises ValidationError: on the field ``signed_on``.
    """
    written = written_on(year)
    if signed_on > today:
        words = _("The day cannot lie in the future.")
    elif signed_on < today and not on_paper:
        words = _("Who signs here signs with the day of today.")
    elif written and signed_on < written:
        words = _("The agreement is of %(day)s; nobody can have signed it before.") % {
            "day": day_in_words(written)
        }
    else:
        return
    raise ValidationError({"signed_on": words})


@transaction.atomic
def strike_signature(signature: AgreementSignature, *, reason: str, by, at: datetime) -> None:
    """Strike out a signature that was recorded by mistake; the row stays, the party signs anew.

    :raises PermissionDenied: if ``by`` is not of the office.
    :raises ValidationError: if it is struck out already, or nothing can be signed anew any more.
    """
    year = locked(signature.year)
    require(by.act_on(japan_date(at)), "grants.handle", year)
    standing = year.signatures.filter(pk=signature.pk, struck_at=None)
    if year.state not in STANDING or not standing.update(struck_at=at):
        raise ValidationError(_("This signature cannot be struck out any more."))
    record(year, "strike_signature", by=by, at=at, signature=signature.pk, reason=reason)
