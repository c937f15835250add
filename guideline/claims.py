"""Where documents disagree about a measure: both values stand, and a flag shows."""

from collections.abc import Iterator

from guideline.models import Claim, Measure


def standing_claims(measure: Measure) -> list[Claim]:
    """Return what documents say of a measure now: of the progress tables the latest one, then others."""
    claims = measure.claim_set.all()
    latest = max((claim.as_of for claim in claims if claim.as_of), default=None)
    standing = (claim for claim in claims if claim.as_of in (None, latest))
    return sorted(standing, key=lambda claim: (claim.as_of is None, claim.pk))


def disagreements(measure: Measure) -> list[Claim]:
    """Return what documents say of this measure that the other rows do not bear out.

    That is a class proposed for it in another edition than its successors there have, or a
    status other than the one on record; for a measure of the later edition, what was said of
    the measures it comes from.  Reads what ``MeasureQuerySet.with_standing`` fetched.
    """
    return [*_own(measure), *_of_sources(measure)]


def _own(measure: Measure) -> Iterator[Claim]:
    for claim in standing_claims(measure):
        if claim.subject == Claim.Subject.STATUS:
            standing = measure.standing
            if standing is None or claim.value != standing.status:
                yield claim
        elif {claim.value} != _classes(measure, claim.about_id):
            yield claim


def _classes(measure: Measure, edition_id: int) -> set[str]:
    """Return the classes of the measure's successors in an edition; none if it was dropped."""
    if measure.edition_id == edition_id:
        return {measure.classification}
    successors = (row.to_measure for row in measure.leads_to.all() if row.to_measure)
    return {to.classification for to in successors if to.edition_id == edition_id}


def _of_sources(measure: Measure) -> Iterator[Claim]:
    sources = {row.from_measure for row in measure.comes_from.all() if row.from_measure}
    for source in sorted(sources, key=lambda m: m.number):
        for claim in standing_claims(source):
            proposed = claim.subject == Claim.Subject.CLASS and claim.about_id == measure.edition_id
            if proposed and claim.value != measure.classification:
                yield claim
