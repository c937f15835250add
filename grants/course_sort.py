"""Cases by the course they belong to, for lists of casework, which knows no course."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from casework.case_sorts import CaseSort, case_sort
from casework.retention import families

from .models import CourseEdition, Proposal


def courses() -> list[tuple[str, str]]:
    """Return each course once, under the name of its newest edition."""
    editions = CourseEdition.objects.order_by("first_fiscal_year", "fictitious", "pk")
    return sorted({edition.course: edition.label for edition in editions}.items())


def of_course(course: str) -> QuerySet:
    """Return the ids of the proposals of a course, and of the cases that are kept with them."""
    proposals = Proposal.objects.filter(round__edition__course=course)
    return families(proposals.values("pk"))


case_sort(CaseSort("course", _("Course"), courses, of_course))
