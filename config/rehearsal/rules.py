"""The invented editions of a rehearsal: every rule is set, so that everything can be played.

The values are made up for the rehearsal, or are Kamakura's where they are known; the source of each
says which. They are never read as rules of the city.
"""

from grants.models import CourseEdition, EditionParameter

INVENTED = "リハーサル用の架空の値"

#: course → what stands before the numbers of its proposals.
SERIES = {"startup": "S", "collaboration": "C", "revitalization": "R"}

#: What all courses share.
COMMON = {
    "min_citizen_members": "3",
    "min_officers": "3",
    "rules_on_file": "by_project_start",
    "npo_center_registration": "required",
    "place_in_city": "required",
    "no_new_facility": "yes",
    "other_subsidy": "他の補助金との併用は不可",
    "rounding_unit_yen": "1000",
    "supplement_days": "14",
    "matching_days": "60",
    "offer_days": "7",
    "grant_application_days": "30",
    "withdrawal_days": "20",
    "report_days": "30",
    "report_latest": "04-10",
    "settlement_days": "30",
    "repayment_days": "30",
    "earlier_year_blocks": "no",
    "pledges": "記載した内容は事実です。\n暴力団等とは関係がありません。\n領収書を5年間保管します。",
}

#: course → name in Japanese and English, instrument, own rules.
COURSES = {
    "startup": (
        ("スタートアップコース", "Startup course", "subsidy"),
        {
            "lag_years": "0",
            "matches_department": "no",
            "max_years": "1",
            "cap_yen": "100000",
            "max_age_years": "3",
            "max_adoptions": "1",
        },
    ),
    "collaboration": (
        ("協働コース", "Collaboration course", "cost_share"),
        {
            "lag_years": "1",
            "matches_department": "yes",
            "max_years": "3",
            "cap_yen": "500000",
            "cap_total_yen": "1500000",
            "min_activity_years": "1",
            "min_citizen_members": "5",
            "max_adoptions": "1",
        },
    ),
    "revitalization": (
        ("地域活性化コース", "Revitalization course", "subsidy"),
        {
            "lag_years": "1",
            "matches_department": "no",
            "max_years": "1",
            "cap_yen": "300000",
            "cap_yen_second_adoption": "150000",
            "max_adoptions": "2",
        },
    ),
}


def invent_edition(course: str, fiscal_year: int) -> CourseEdition:
    """Make the invented edition of ``course`` from ``fiscal_year`` on, or return it if it is there."""
    (label_ja, label_en, instrument), own = COURSES[course]
    edition, created = CourseEdition.objects.get_or_create(
        course=course,
        first_fiscal_year=fiscal_year,
        fictitious=True,
        defaults={
            "label_ja": f"{label_ja}（架空）",
            "label_en": f"{label_en} (invented)",
            "instrument": instrument,
            "series": SERIES[course],
            "source": INVENTED,
        },
    )
    if created:
        _set_rules(edition, {**COMMON, **own})
    return edition


def _set_rules(edition: CourseEdition, values: dict[str, str]) -> None:
    if "cap_yen_second_adoption" not in values:
        EditionParameter.objects.create(
            edition=edition, name="cap_yen_second_adoption", status="not_applicable"
        )
    EditionParameter.objects.bulk_create(
        EditionParameter(edition=edition, name=name, status="set", value=value, source=INVENTED)
        for name, value in values.items()
    )
