"""The people of a rehearsal: all invented, all marked fictitious, none with an e-mail that exists."""

from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache

from django.contrib.auth.hashers import make_password

from accounts.models import (
    Department,
    Duty,
    MemberRole,
    Membership,
    Officer,
    Organization,
    Role,
    User,
)
from accounts.services.duties import open_administration_site
from casework.models import Sender

#: The password of every invented person; printed by `serve`, and only a demonstration has them.
PASSWORD = "kamakura-demo"
#: A domain that can never exist.
DOMAIN = "@demo.example.jp"


@dataclass
class Cast:
    """Who plays.

    :param organizations: short name → group.
    :param groups: short name → who writes for that group: one of its members, or the clerk where
        nobody of the group logs in.
    """

    office: User
    second_clerk: User
    approver: User
    accounting: User
    department: User
    other_department: User
    panel: list[User]
    organizations: dict[str, Organization] = field(default_factory=dict)
    groups: dict[str, User] = field(default_factory=dict)


#: The fiscal year in which the groups are as old as the table says; in another they shift with it.
AGED_IN = 2026
#: short name, name, kana, founded, members in the city.
GROUPS = (
    ("tsubame", "つばめ広場の会", "つばめひろばのかい", "2024-06-01", 12),
    ("shirasu", "しらす食堂プロジェクト", "しらすしょくどうぷろじぇくと", "2023-10-15", 8),
    ("yato", "谷戸の道を歩く会", "やとのみちをあるくかい", "2015-04-01", 25),
    ("ajisai", "あじさい読み聞かせの会", "あじさいよみきかせのかい", "2024-09-01", 6),
    ("hama", "はまべ清掃クラブ", "はまべせいそうくらぶ", "2024-04-10", 15),
    ("kumo", "くもの糸サロン", "くものいとさろん", "2025-01-20", 5),
    ("nami", "なみおと音楽隊", "なみおとおんがくたい", "2024-12-01", 9),
    ("satoyama", "里山たんけん隊", "さとやまたんけんたい", "2018-05-05", 30),
    ("kodomo", "こども新聞編集室", "こどもしんぶんへんしゅうしつ", "2019-08-01", 18),
    ("michi", "みちしるべ多言語案内", "みちしるべたげんごあんない", "2017-03-03", 11),
    ("takigi", "たきぎ能をささえる会", "たきぎのうをささえるかい", "2012-11-11", 40),
    ("hotaru", "ほたるの川を守る会", "ほたるのかわをまもるかい", "2010-06-06", 22),
    ("engawa", "えんがわ相談室", "えんがわそうだんしつ", "2016-07-07", 14),
    ("shonan", "しおかぜ自転車の会", "しおかぜじてんしゃのかい", "2014-02-14", 16),
    ("matsuri", "まちかど祭り実行会", "まちかどまつりじっこうかい", "2019-01-10", 28),
    ("hanabi", "手づくり花火の夕べ", "てづくりはなびのゆうべ", "2020-05-20", 10),
    ("karuta", "ふるさとかるたの会", "ふるさとかるたのかい", "2024-11-03", 7),
    ("hoshi", "星空かんさつの会", "ほしぞらかんさつのかい", "2025-02-01", 6),
    ("tegami", "手紙でつながる会", "てがみでつながるかい", "2024-08-08", 5),
    ("yatai", "屋台づくりの会", "やたいづくりのかい", "2013-09-09", 13),
    ("asaichi", "朝市をひらく会", "あさいちをひらくかい", "2011-03-20", 19),
    ("akichi", "空き地であそぶ会", "あきちであそぶかい", "2017-10-10", 21),
)
#: The groups of which nobody logs in: what they hand in on paper, the office keys in.
ON_PAPER = {"karuta"}


def gather(fiscal_year: int, *, since: date, at: datetime) -> Cast:
    """Make the cast of a rehearsal of ``fiscal_year``.

    :param since: first day of everybody's duty, Japan date.
    """
    department = _department("架空・緑と公園課", "Fictitious Green and Parks Division", since)
    other = _department("架空・こども支援課", "Fictitious Children's Division", since)
    Sender.objects.create(title="架空市長", name="架空 一郎", valid_from=since)
    cast = Cast(
        office=_person("office", "窓口 花子", Role.OFFICE, since=since, at=at),
        second_clerk=_person("office2", "窓口 次郎", Role.OFFICE, since=since, at=at),
        approver=_person(
            "approver", "決裁 三郎", Role.APPROVER, since=since, at=at, post="架空部長"
        ),
        accounting=_person("accounting", "会計 静", Role.ACCOUNTING, since=since, at=at),
        department=_person(
            "department", "公園 守", Role.DEPARTMENT, department, since=since, at=at
        ),
        other_department=_person(
            "department2", "支援 みどり", Role.DEPARTMENT, other, since=since, at=at
        ),
        panel=[
            _person(f"panel{number}", name, Role.PANEL, since=since, at=at)
            for number, name in enumerate(("学識 清", "市民 さくら", "団体 恵"), start=1)
        ],
    )
    for email, name, role in (
        ("coordinator", "伴走 みなと", Role.COORDINATOR),
        ("committee", "委員 光", Role.COMMITTEE),
        ("auditor", "監査 正", Role.AUDITOR),
        ("administrator", "管理 司", Role.ADMINISTRATOR),
    ):
        _person(email, name, role, since=since, at=at)
    for short, name, kana, founded, citizens in GROUPS:
        day = date.fromisoformat(founded)
        day = day.replace(year=day.year + fiscal_year - AGED_IN)
        group = _group(name, kana, day, citizens, since=since, at=at)
        cast.organizations[short] = group
        cast.groups[short] = cast.office if short in ON_PAPER else _member(short, group, since, at)
    return cast


def _department(name: str, name_en: str, since: date) -> Department:
    return Department.objects.create(name=name, name_en=name_en, valid_from=since, fictitious=True)


def _user(email: str, name: str, at: datetime) -> User:
    address = f"{email}{DOMAIN}"
    return User.objects.create(
        email=address, password=_hashed(), name=name, date_joined=at, fictitious=True
    )


@cache
def _hashed() -> str:
    """The hash of the one password all of them share: hashing is slow on purpose."""
    return make_password(PASSWORD)


def _person(
    email: str, name: str, role: str, department: Department | None = None, *, since: date,
    at: datetime, post: str = "",
) -> User:  # fmt: skip
    person = _user(email, name, at)
    Duty.objects.create(user=person, role=role, department=department, valid_from=since, post=post)
    open_administration_site(person, role)
    return person


def _group(
    name: str, kana: str, founded: date, citizens: int, *, since: date, at: datetime
) -> Organization:
    group = Organization.objects.create(
        name=name,
        name_kana=kana,
        founded_on=founded,
        activity_started_on=founded,
        address="架空市架空町1-2-3",
        in_city=True,
        members_total=citizens + 2,
        citizen_members=citizens,
        rules_on_file_on=since,
        npo_center_registered_on=since,
        confirmed_at=at,
        fictitious=True,
    )
    for number, post in enumerate(("代表", "副代表", "会計")):
        Officer.objects.create(
            organization=group,
            name=f"{name[:2]} {'一二三'[number]}子",
            post=post,
            is_representative=number == 0,
            valid_from=since,
        )
    return group


def _member(short: str, group: Organization, since: date, at: datetime) -> User:
    person = _user(short, f"{group.name[:4]} 担当", at)
    Membership.objects.create(
        user=person, organization=group, role=MemberRole.OWNER, valid_from=since
    )
    return person


def demo_accounts() -> list[str]:
    """Return what a visitor has to know to log in as each role, a line each."""
    people = [
        ("団体 / group", "engawa"),
        ("団体 / another group", "satoyama"),
        ("窓口 / office", "office"),
        ("決裁 / approver", "approver"),
        ("会計 / accounting", "accounting"),
        ("担当課 / department", "department"),
        ("選考部会 / panel", "panel1"),
        ("コーディネーター / coordinator", "coordinator"),
        ("委員会 / committee", "committee"),
        ("監査 / auditor", "auditor"),
        ("管理者 / administrator", "administrator"),
    ]
    return [
        "デモのアカウント / demo accounts (全員のパスワード / password of all: " + PASSWORD + ")",
        *(f"  {role}: {name}{DOMAIN}" for role, name in people),
        "  ログインせずに選ぶ / choose without typing: /demo/",
    ]
