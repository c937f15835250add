"""What the decision on one case of a draft rests on; a draft of several cases has a page for each."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.beside_decisions import has_beside
from casework.case_panels import put_in_words, rests_on
from casework.models.case import WAITING_DRAFT

from .finding import trail_to, visible_item


@login_required
@require_safe
def draft_grounds(request, pk):
    item = visible_item(request, pk)
    if item.approval.state not in WAITING_DRAFT or not has_beside(item.case, item.verb):
        raise Http404
    put_in_words(item)
    item.beside = rests_on(item, today=request.today)
    context = {
        "approval": item.approval,
        "items": [item],
        "trail": trail_to(item.approval, request.user, _("What the decision rests on")),
    }
    return render(request, "casework/grounds.html", context)
