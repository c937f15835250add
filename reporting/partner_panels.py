"""What the pages of a report and of a partner's part show of the partners' views, and to whom."""

from django import forms
from django.utils.translation import gettext_lazy as _

from casework.date_input import DateInput
from casework.effects import also_follows
from casework.flow import Text
from casework.moves import MoveForm, asks
from casework.panels import CONTENT, VIEWS, panel
from casework.parties import listed
from casework.verbs import name_verbs
from casework.work_pages import work_page
from grants.forms.fields import not_in_the_future, text_area

from .models import CollaborationReport, PartnerPart
from .part_form import report_for_partner
from .partner_parts import TAKES_VIEWS, may_edit_part, reads_part, scores_of
from .public_text import read_view
from .versions import views_of


class TypedInForm(MoveForm):
    """On which day the partner told the department."""

    said_on = forms.DateField(label=_("Day on which the partner said it"), widget=DateInput())

    def clean_said_on(self):
        return not_in_the_future(self.cleaned_data["said_on"], self.today)


class AnewForm(MoveForm):
    """Why the partner is asked anew."""

    reason = forms.CharField(label=_("What the partner is asked to change"), widget=text_area(3))


asks(PartnerPart.KIND, "type_in", TypedInForm)
asks(PartnerPart.KIND, "ask_anew", AnewForm)


def named_scores(report: CollaborationReport) -> list[dict]:
    """Return how the form calls what is scored, in the shape of a version's parts."""
    return [
        {"code": one.code, "label": one.label, "label_en": one.label_en}
        for one in report.questions
        if one.kind == one.Kind.SCORE
    ]


def on_report(report: CollaborationReport, request) -> dict:
    """Which partner was asked, which has given its view, and what can be done next."""
    user = request.user
    parts = {part.partner_id: part for part in report.all_parts}
    partners = [(one, parts.get(one.pk)) for one in report.partners.order_by("pk")]
    text = views_of(report, reader=user)
    scores = {"process_score": report.process_score, "outcome_score": report.outcome_score}
    content = {**scores, "parts": named_scores(report)}
    writes = user.has_perm("reporting.write_collaboration", report)
    given = [part for part in parts.values() if part.state == "given"]
    for part in given:
        part.report = report
    return {
        "report": report,
        "text": {"views": [read_view(content, view) for view in text["views"]]},
        "partners": partners,
        "hidden": any(not reads_part(user, part) for part in given),
        "may_ask": report.state in TAKES_VIEWS
        and len(parts) < len(partners)
        and user.has_perm("reporting.ask_partners", report),
        "may_fix": writes and parts and report.scores_fixed_at is None
        and report.state in ("drafting", "returned"),
        "has_scores": None not in scores_of(report),
    }  # fmt: skip


def on_part(part: PartnerPart, request) -> dict:
    """What the partner reads of the report, and what it said, to whoever may read that."""
    reads = reads_part(request.user, part)
    said = [(one, part.answer_to(one)) for one in part.questions] if reads else []
    return {
        "part": part,
        "reads": reads,
        "said": said,
        "missing": part.missing_parts() if may_edit_part(part, request.user) else [],
    }


def report_on_part(part: PartnerPart, request) -> dict:
    """The report as the partner reads it."""
    return {"text": report_for_partner(part)}


def _is_complete(part: PartnerPart) -> bool:
    return not part.missing_parts()


panel(CollaborationReport.KIND, "reporting/panels/partners.html", on_report, 20, part=VIEWS)
panel(PartnerPart.KIND, "reporting/panels/partner_part.html", on_part, 10)
panel(
    PartnerPart.KIND, "reporting/panels/report_for_partner.html", report_on_part, 10, part=CONTENT
)
work_page(
    PartnerPart.KIND, _("Write the view"), "reporting:part-edit", may_edit_part,
    finished=_is_complete,
)  # fmt: skip


@also_follows(CollaborationReport.KIND, "submit", "resubmit")
def views_and_scores(report: CollaborationReport) -> list[Text]:
    """Say which partner has not answered, who was not asked, and that the own scores stand then."""
    parts = {part.partner_id: part for part in report.all_parts}
    partners = list(report.partners.order_by("pk"))
    awaited = [one.name for one in partners if one.pk in parts and parts[one.pk].state == "asked"]
    unasked = [one.name for one in partners if one.pk not in parts]
    said = []
    if awaited:
        words = _("These partners were asked and have not answered; they can until the report is accepted: %(names)s.")  # fmt: skip
        said.append(words % {"names": listed(awaited)})
    if unasked:
        words = _("These partners were not asked for their view: %(names)s.")
        said.append(words % {"names": listed(unasked)})
    if report.scores_fixed_at is None:
        said.append(
            _("The scores of your department are given for good and do not change any more.")
        )
    return said


def _may_ask_now(report: CollaborationReport, user) -> bool:
    """Return whether a partner is named that nobody asked, while the department writes."""
    unasked = report.state in ("drafting", "returned") and getattr(
        report, "is_partner_unasked", False
    )
    return unasked and user.has_perm("reporting.ask_partners", report)


work_page(
    CollaborationReport.KIND, _("Ask the partners for their view"), "reporting:ask-partners",
    _may_ask_now, order=150,
)  # fmt: skip
name_verbs(fix_scores=_("The department gave its scores for good"))
