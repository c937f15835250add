"""The cases that advance a measure, on the measure's page."""

from django.db.models import Q

from guideline.panels import register

from .models import Proposal


def cases_of_measure(measure, request) -> dict | None:
    """Everyone reads of what stands as adopted; people who may see more cases read of those too."""
    seen = Proposal.objects.visible_to(request.user).filter(filed_at__isnull=False)
    standing = Proposal.objects.standing()
    rows = (
        Proposal.objects.filter(Q(pk__in=seen.values("pk")) | Q(pk__in=standing.values("pk")))
        .filter(proposal_measures__measure=measure)
        .select_related("organization", "round__edition")
    )
    may_open = set(seen.filter(proposal_measures__measure=measure).values_list("pk", flat=True))
    found = [
        {"case": row, "may_open": row.pk in may_open}
        for row in rows.order_by("-fiscal_year", "pk").distinct()
    ]
    return {"cases": found}


register("grants/measure_cases.html", cases_of_measure, order=50)
