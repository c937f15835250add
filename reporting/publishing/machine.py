"""What machines read of the public site: Atom feed, sitemap, JSON-LD."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.sax import saxutils

from casework.calendar import japan_date
from casework.plain_words import plain
from reporting.models import Kind

from . import issues
from .addresses import ENGLISH, address

SCHEMA = "https://schema.org"
HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'


def escape(text: str) -> str:
    """Return a text as XML can hold it, whatever it holds."""
    return saxutils.escape(plain(text))


def quoteattr(text: str) -> str:
    return saxutils.quoteattr(plain(text))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def feed(site, entries: Iterable, city_issues: Iterable = (), *, most: int = 50) -> bytes:
    """Return the Atom feed of what changed last, the newest first; in Japanese.

    :param city_issues: those that are public, see :func:`reporting.publishing.issues.standing`.
    :param most: how many entries there are at most.
    """
    fed = [(entry.at, _fed(site.base_url, entry)) for entry in entries]
    fed += [(issue.at, _issue_fed(site.base_url, issue)) for issue in city_issues]
    fed.sort(key=lambda one: one[0], reverse=True)
    changed_at = fed[0][0] if fed else datetime(2000, 1, 1, tzinfo=UTC)
    root, about = site.base_url, site.about
    title = " ".join(filter(None, [about["program_name"], "公開情報"]))
    lines = [
        f'{HEAD}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="ja">',
        f"<id>{escape(root)}feed.xml</id>",
        f"<title>{escape(title)}</title>",
        f"<author><name>{escape(about['city_name'] or title)}</name></author>",
        f'<link rel="self" href={quoteattr(root + "feed.xml")}/>',
        f"<link href={quoteattr(root + 'index.html')}/>",
        f"<updated>{_moment(changed_at)}</updated>",
    ]
    for _at, own in fed[:most]:
        lines += own
    return "\n".join([*lines, "</feed>", ""]).encode()


def _fed(root: str, entry) -> list[str]:
    item = entry.item
    path = root + address(item.kind, item.key, item.fiscal_year)
    said = {"publish": "公開", "correct": "訂正", "withdraw": "公開終了"}[item.action]
    summary = f"{said}：{item.note}" if item.note else said
    return [
        "<entry>",
        f"<id>{escape(path)}</id>",
        f"<title>{escape(item.title)}</title>",
        f"<link href={quoteattr(path)}/>",
        f"<published>{_moment(entry.first_at)}</published>",
        f"<updated>{_moment(entry.at)}</updated>",
        f"<summary>{escape(summary)}</summary>",
        "</entry>",
    ]


def _issue_fed(root: str, issue) -> list[str]:
    path = root + issues.address(issue)
    said = "業務課題を締め切りました" if issue.state == "closed" else "業務課題を公開しました"
    return [
        "<entry>",
        f"<id>{escape(path)}</id>",
        f"<title>{escape(issue.title)}</title>",
        f"<link href={quoteattr(path)}/>",
        f"<published>{_moment(issue.first_at)}</published>",
        f"<updated>{_moment(issue.at)}</updated>",
        f"<summary>{said}</summary>",
        "</entry>",
    ]


def sitemap(site) -> bytes:
    """Return the addresses of all pages in both languages; a tombstone is not among them."""
    lines = [f'{HEAD}<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">']
    for path in site.list_paths():
        lines += (_place(site.base_url + start + path, None) for start in ("", ENGLISH))
    for path, at in site.page_paths():
        lines += (_place(site.base_url + start + path, at) for start in ("", ENGLISH))
    return "\n".join([*lines, "</urlset>", ""]).encode()


def _place(url: str, at: datetime | None) -> str:
    last = f"<lastmod>{japan_date(at).isoformat()}</lastmod>" if at else ""
    return f"<url><loc>{escape(url)}</loc>{last}</url>"


def reports(site, fiscal_year: int, rows: Iterable[dict]) -> bytes:
    """Return the reports of a fiscal year as JSON-LD."""
    listed = [
        {
            "@type": "Report",
            "@id": site.base_url + address(Kind.REPORT, row["key"], row["fiscal_year"]),
            "url": site.base_url + address(Kind.REPORT, row["key"], row["fiscal_year"]),
            "name": row["title"],
            "inLanguage": "ja",
            "datePublished": japan_date(row["first_at"]).isoformat(),
            "dateModified": japan_date(row["at"]).isoformat(),
            "author": {"@type": "GovernmentOrganization", "name": row["department"]},
            "about": row["partners"],
        }
        for row in rows
    ]
    return _json(
        {
            "@context": SCHEMA,
            "@type": "CollectionPage",
            "@id": f"{site.base_url}reports/{fiscal_year}/index.html",
            "hasPart": listed,
        }
    )


def catalog(site, data_sets: list[dict]) -> bytes:
    """Return the files of open data as a data catalogue in JSON-LD."""
    licence = (
        {"license": site.about["open_data_licence"]} if site.about["open_data_licence"] else {}
    )
    return _json(
        {
            "@context": SCHEMA,
            "@type": "DataCatalog",
            "@id": f"{site.base_url}data/index.html",
            "dataset": [
                {
                    "@type": "Dataset",
                    "name": str(one["label"]),
                    **licence,
                    "variableMeasured": [column.name for column in one["columns"]],
                    "distribution": [
                        {"@type": "DataDownload", "contentUrl": f"{site.base_url}data/{name}",
                         "encodingFormat": "text/csv" if name.endswith(".csv") else "application/json"}
                        for name in one["files"]
                    ],
                }
                for one in data_sets
            ],
        }
    )  # fmt: skip


def _json(told: dict) -> bytes:
    return (json.dumps(told, ensure_ascii=False, indent=1) + "\n").encode()
