"""Japanese words on English pages of the running site are marked, so that a voice reads them as Japanese."""

import pytest
from django.test import Client
from django.urls import reverse

from casework import language_of_parts
from guideline.models import Progress
from reporting.models import CollaborationReport
from tests.reporting.test_site import everything
from tests.reporting.test_site_issues import issue
from tests.spoken import unmarked

pytestmark = pytest.mark.django_db


def in_english(path: str) -> str:
    page = Client(headers={"accept-language": "en"}).get(path)
    assert page.status_code == 200, path
    return page.content.decode()


def test_japanese_words_of_public_pages_are_marked():
    everything()
    made = issue("send", "publish")
    report, measure = (
        CollaborationReport.objects.public(fictitious=False)[0],
        Progress.objects.get().measure,
    )
    pages = [
        reverse("grants:city-issues"),
        made.get_absolute_url(),
        reverse("reporting:reports"),
        report.get_absolute_url(),
        reverse("reporting:register"),
        measure.get_absolute_url(),
    ]
    for path in pages:
        page = in_english(path)
        assert unmarked(page, within="main") == unmarked(page, within="nav") == [], path
        assert '<span lang="ja">' in page, path


def test_what_holds_no_element_is_marked_in_its_own_tag():
    drawn = (
        '<svg><text x="4">草取り</text></svg><option value="1">公園課</option><b>Parks 公園課</b>'
    )
    assert language_of_parts.marked(drawn) == (
        '<svg><text x="4" lang="ja">草取り</text></svg><option value="1" lang="ja">公園課</option>'
        '<b>Parks <span lang="ja">公園課</span></b>'
    )
    assert language_of_parts.marked("<script>'草'</script>") == "<script>'草'</script>"
