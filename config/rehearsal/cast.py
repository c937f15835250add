"""The people of a rehearsal: all invented, all marked fictitious, none with an e-mail that exists.

They come in by the services that real people come in by: the installation names its administrator,
who adds people and gives them duties; groups sign up and say who they are; the office confirms them.
No service exists on purpose for three things, which are written here: the one password that all of
a demonstration share, where real people set their own by a link or when they sign up; the mark that
says who is invented; and the rows that a city keeps as tables, its departments and its mayor.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cache
from urllib.parse import urlsplit

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.urls import resolve

from accounts import services
from accounts.models import Department, MemberRole, Organization, Role, User
from accounts.services.people import create_user
from casework import outbox
from casework.calendar import japan_date, moment
from casework.models import Sender

#: The password of every invented person; printed by `serve`, and only a demonstration has them.
PASSWORD = "kamakura-demo"
#: A domain that can never exist.
DOMAIN = "@demo.example.jp"
LANGUAGE = "ja"
HOUR = timedelta(hours=1)


@dataclass
class Cast:
    """Who plays.

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
    groups: dict[str, User] = field(default_factory=dict)


#: The fiscal year in which the groups are as old as the table says; in another they shift with it.
AGED_IN = 2026


@dataclass(frozen=True, slots=True)
class GroupFacts:
    """What a group says of itself.

    :param founded: ISO date on which it was founded, if ``AGED_IN`` is the year that is played.
    :param citizens: members in the city.
    """

    name: str
    kana: str
    founded: str
    citizens: int

    def founded_on(self, fiscal_year: int) -> date:
        day = date.fromisoformat(self.founded)
        return day.replace(year=day.year + fiscal_year - AGED_IN)


#: short name → name, kana, founded, members in the city.
GROUPS = {
    "tsubame": GroupFacts("つばめ広場の会", "つばめひろばのかい", "2024-06-01", 12),
    "shirasu": GroupFacts(
        "しらす食堂プロジェクト", "しらすしょくどうぷろじぇくと", "2023-10-15", 8
    ),
    "yato": GroupFacts("谷戸の道を歩く会", "やとのみちをあるくかい", "2015-04-01", 25),
    "ajisai": GroupFacts("あじさい読み聞かせの会", "あじさいよみきかせのかい", "2024-09-01", 6),
    "hama": GroupFacts("はまべ清掃クラブ", "はまべせいそうくらぶ", "2024-04-10", 15),
    "kumo": GroupFacts("くもの糸サロン", "くものいとさろん", "2025-01-20", 5),
    "nami": GroupFacts("なみおと音楽隊", "なみおとおんがくたい", "2024-12-01", 9),
    "satoyama": GroupFacts("里山たんけん隊", "さとやまたんけんたい", "2018-05-05", 30),
    "kodomo": GroupFacts("こども新聞編集室", "こどもしんぶんへんしゅうしつ", "2019-08-01", 18),
    "michi": GroupFacts("みちしるべ多言語案内", "みちしるべたげんごあんない", "2017-03-03", 11),
    "takigi": GroupFacts("たきぎ能をささえる会", "たきぎのうをささえるかい", "2012-11-11", 40),
    "hotaru": GroupFacts("ほたるの川を守る会", "ほたるのかわをまもるかい", "2010-06-06", 22),
    "engawa": GroupFacts("えんがわ相談室", "えんがわそうだんしつ", "2016-07-07", 14),
    "shonan": GroupFacts("しおかぜ自転車の会", "しおかぜじてんしゃのかい", "2014-02-14", 16),
    "matsuri": GroupFacts("まちかど祭り実行会", "まちかどまつりじっこうかい", "2019-01-10", 28),
    "hanabi": GroupFacts("手づくり花火の夕べ", "てづくりはなびのゆうべ", "2020-05-20", 10),
    "karuta": GroupFacts("ふるさとかるたの会", "ふるさとかるたのかい", "2024-11-03", 7),
    "hoshi": GroupFacts("星空かんさつの会", "ほしぞらかんさつのかい", "2025-02-01", 6),
    "tegami": GroupFacts("手紙でつながる会", "てがみでつながるかい", "2024-08-08", 5),
    "yatai": GroupFacts("屋台づくりの会", "やたいづくりのかい", "2013-09-09", 13),
    "asaichi": GroupFacts("朝市をひらく会", "あさいちをひらくかい", "2011-03-20", 19),
    "minato": GroupFacts("みなと朗読の会", "みなとろうどくのかい", "2025-03-03", 9),
    "komorebi": GroupFacts("こもれび体操クラブ", "こもれびたいそうくらぶ", "2025-02-14", 8),
    "akichi": GroupFacts("空き地であそぶ会", "あきちであそぶかい", "2017-10-10", 21),
}
#: The groups of which nobody logs in: what they hand in on paper, the office keys in,
#: and the group with it.
ON_PAPER = {"karuta"}
#: The group whose owner invites a second member, who writes with them.
INVITES = "takigi"


def gather(fiscal_year: int, *, since: date, at: datetime) -> Cast:
    """Let the cast of a rehearsal of ``fiscal_year`` come in.

    :param since: first day of everybody's duty, Japan date; the groups sign up on it.
    :param at: the moment of the installation, on that day or before.
    """
    with outbox.delivered_by_hand(), transaction.atomic():
        Sender.objects.create(title="架空市長", name="架空 一郎", valid_from=since)
        cast = _city(_install(at), since=since, at=at)
        opens = max(at, moment(since, time(9)))
        for short, told in GROUPS.items():
            if short in ON_PAPER:
                cast.groups[short] = cast.office
            else:
                founded_on = told.founded_on(fiscal_year)
                cast.groups[short] = _group(short, told, founded_on, cast.office, at=opens)
        _invite_another(cast.groups[INVITES], at=opens + 3 * HOUR)
        return cast


def _install(at: datetime) -> User:
    """Open the link of a new installation, and name its first administrator."""
    link = services.first_administrator_link(at=at)
    administrator = services.name_first_administrator(
        token=_token_in(link), email=f"administrator{DOMAIN}", name="管理 司", language=LANGUAGE,
        password=PASSWORD, at=at,
    )  # fmt: skip
    return _invented(administrator).act_on(japan_date(at))


def _token_in(link: str) -> str:
    return resolve(urlsplit(link).path).kwargs["token"]


def _city(administrator: User, *, since: date, at: datetime) -> Cast:
    """Add the people who work for the program, with their duties."""
    staff = Staff(administrator, since, at)
    green = _department("架空・緑と公園課", "Fictitious Green and Parks Division", since)
    children = _department("架空・こども支援課", "Fictitious Children's Division", since)
    cast = Cast(
        office=staff.add("office", "窓口 花子", Role.OFFICE),
        second_clerk=staff.add("office2", "窓口 次郎", Role.OFFICE),
        approver=staff.add("approver", "決裁 三郎", Role.APPROVER, post="架空部長"),
        accounting=staff.add("accounting", "会計 静", Role.ACCOUNTING),
        department=staff.add("department", "公園 守", Role.DEPARTMENT, department=green),
        other_department=staff.add(
            "department2", "支援 みどり", Role.DEPARTMENT, department=children
        ),
        panel=[
            staff.add(f"panel{number}", name, Role.PANEL)
            for number, name in enumerate(("学識 清", "市民 さくら", "団体 恵"), start=1)
        ],
    )
    staff.add("coordinator", "伴走 みなと", Role.COORDINATOR)
    staff.add("committee", "委員 光", Role.COMMITTEE)
    staff.add("auditor", "監査 正", Role.AUDITOR)
    return cast


@dataclass(frozen=True, slots=True)
class Staff:
    """What the administrator does for each who works for the program."""

    administrator: User
    since: date
    at: datetime

    def add(self, short: str, name: str, role: Role, **duty) -> User:
        """Add a person with one duty from the first day on."""
        deed = {"by": self.administrator, "at": self.at}
        address = f"{short}{DOMAIN}"
        person = services.add_person(email=address, name=name, language=LANGUAGE, **deed)
        services.grant_duty(person, role=role, valid_from=self.since, **duty, **deed)
        return _invented(person)


def _department(name: str, name_en: str, since: date) -> Department:
    return Department.objects.create(name=name, name_en=name_en, valid_from=since, fictitious=True)


def _invented(person: User) -> User:
    """Mark somebody as invented, and let a visitor log in as them."""
    person.password, person.fictitious = _hashed(), True
    person.save(update_fields=["password", "fictitious"])
    return person


@cache
def _hashed() -> str:
    """The hash of the one password all of them share: hashing is slow on purpose."""
    return make_password(PASSWORD)


def _group(short: str, told: GroupFacts, founded_on: date, office: User, *, at: datetime) -> User:
    """Sign up a group by its first member; the office confirms it. Return that member."""
    owner = _sign_up(short, f"{told.name[:4]} 担当", at)
    group = services.register_organization(name=told.name, by=owner, at=at)
    introduce(group, told, founded_on=founded_on, by=owner, at=at + HOUR)
    confirm_group(group, office, at=at + 2 * HOUR)
    return owner


def _sign_up(short: str, name: str, at: datetime) -> User:
    """Make the log-in that the page of signing up makes."""
    person = create_user(
        email=f"{short}{DOMAIN}", name=name, language=LANGUAGE, password=None, at=at
    )
    return _invented(person)


def introduce(
    group: Organization, told: GroupFacts, *, founded_on: date, by: User, at: datetime
) -> None:
    """Enter what the group says of itself, and its officers: a member does, or the office."""
    today = japan_date(at)
    by.act_on(today)
    facts = {
        "name_kana": told.kana,
        "founded_on": founded_on,
        "activity_started_on": founded_on,
        "address": f"架空市架空町{told.citizens}-{len(told.kana)}",
        "in_city": True,
        "members_total": told.citizens + 2,
        "citizen_members": told.citizens,
        "rules_on_file_on": today,
        "npo_center_registered_on": today,
    }
    for name, value in facts.items():
        setattr(group, name, value)
    services.edit_organization(group, fields=list(facts), by=by, at=at)
    for number, post in enumerate(("代表", "副代表", "会計")):
        services.add_officer(
            group, name=f"{told.name[:2]} {'一二三'[number]}子", post=post,
            is_representative=number == 0, valid_from=today, by=by, at=at,
        )  # fmt: skip


def confirm_group(group: Organization, office: User, *, at: datetime) -> None:
    """Let the office say that the group is who it says it is, and mark it as invented."""
    group = services.confirm_organization(group, by=office.act_on(japan_date(at)), at=at)
    group.fictitious = True
    group.save(update_fields=["fictitious"])


def _invite_another(owner: User, *, at: datetime) -> None:
    """The owner of a group invites somebody who has a log-in already, and they join."""
    guest = _sign_up(f"{INVITES}2", "たきぎ 手伝い", at)
    _invitation, token = services.invite(
        owner.organizations.get(), email=guest.email, role=MemberRole.EDITOR,
        by=owner.act_on(japan_date(at)), at=at,
    )  # fmt: skip
    services.accept_invitation(token=token, by=guest, at=at + HOUR)


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
