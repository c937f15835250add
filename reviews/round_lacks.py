"""What a round lacks before its proposals can be scored."""

from django.utils.translation import gettext_lazy as _

from grants.round_lacks import RoundLack, round_lack

from .models import PanelSeat, Rubric


def _without_rubric(ids: list[int]) -> set[int]:
    return set(ids) - set(Rubric.objects.filter(round__in=ids).values_list("round", flat=True))


def _without_members(ids: list[int]) -> set[int]:
    return set(ids) - set(PanelSeat.objects.filter(round__in=ids).values_list("round", flat=True))


round_lack("rubric", RoundLack(_("Rubric"), _without_rubric, "reviews:rubric"))
round_lack(
    "members", RoundLack(_("Members of the subcommittee"), _without_members, "reviews:selection")
)
