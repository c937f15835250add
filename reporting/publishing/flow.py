"""The machine of a release (公開): proposed by one person, approved by another, public at once or at a moment."""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from casework.flow import Condition, Flow, Move, Stage
from casework.parties import Party

OFFICE = Party.OFFICE

at_once = Condition(lambda release, at: release.publish_at is None, _("A moment is set for it."))
at_a_moment = Condition(
    lambda release, at: release.publish_at is not None, _("No moment is set for it.")
)
moment_has_come = Condition(
    lambda release, at: release.publish_at is not None and release.publish_at <= at,
    _("Its moment has not come yet."),
)

RELEASE_FLOW = Flow(
    "release",
    #     code          label                                    holder   step
    Stage("draft",     pgettext_lazy("release", "Being put together"), OFFICE, 1, todo=_("Choose what is to be published, look at it as the public will see it, and propose it.")),
    Stage("waiting",   _("Waits for approval"),                  "",      2, todo=_("An approver decides. Until then nothing in it can be changed.")),
    Stage("scheduled", _("Approved, not public yet"),            "",      3, tone="good", todo=_("It becomes public at its moment.")),
    Stage("published", pgettext_lazy("release", "Published"),    "",      4, final=True, tone="good"),
    Stage("dropped",   _("Not published"),                       "",      4, final=True),
    #    verb        label                          from            to           who
    Move("propose",  _("Propose the release"),     ("draft",),     "waiting",   "reporting.prepare_release",
         hint=_("Its texts are frozen as they stand now, and an approver decides.")),
    Move("reopen",   _("Put it together anew"),    ("waiting",),   "draft",     "casework.sweep", only_follows=True),
    Move("publish",  pgettext_lazy("release", "Publish"), ("waiting",), "published", "reporting.publish", (at_once,), by_approval=True,
         drafted_as=_("Publish"),
         hint=_("Everyone can read it at once, on the public pages.")),
    Move("schedule", _("Publish at the moment set"), ("waiting",), "scheduled", "reporting.publish", (at_a_moment,), by_approval=True,
         drafted_as=_("Publish at the moment set"),
         hint=_("Everyone can read it from the moment that is set.")),
    Move("go_public", _("Becomes public"),         ("scheduled",), "published", "casework.sweep", (moment_has_come,)),
    Move("stop",     _("Stop the publication"),    ("scheduled",), "dropped",   "reporting.prepare_release", tone="danger",
         hint=_("It does not become public. What is public now stays as it is. What was frozen for it goes, so this cannot be taken back: put it together anew if need be.")),
    Move("drop",     _("Drop the release"),        ("draft",),     "dropped",   "reporting.prepare_release", tone="secondary",
         hint=_("Nothing is published. What is public now stays as it is.")),
)  # fmt: skip
