"""What the tests of a selection have before them: a round, its members, its proposals."""

from types import SimpleNamespace

from reviews.models import ScoreSheet


class Scene(SimpleNamespace):
    """``round``, ``office``, ``seats`` and ``proposals``, by name."""

    def sheet(self, proposal: int, seat: int) -> ScoreSheet:
        """Return the sheet of one member on one proposal, each by its place here."""
        return ScoreSheet.objects.get(proposal=self.proposals[proposal], seat=self.seats[seat])
