"""What the decision on one case of a draft rests on: a page for each."""

from django.contrib.auth.decorators import login_required
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from casework.case_panels import put_in_words, rests_on, waits_with_grounds

from .finding import trail_to, visible_item


@login_required
@require_safe
def draft_grounds(request, pk):
    item = visible_item(request, pk)
    if not waits_with_grounds(item):
        raise Http404
    put_in_words(item)
    item.beside = rests_on(item, today=request.today)
    context = {
        "approval": item.approval,
        "items": [item],
        "trail": trail_to(item.approval, request.user, _("What the decision rests on")),
    }
    return render(request, "casework/grounds.html", context)
