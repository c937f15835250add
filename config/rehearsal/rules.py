"""The invented editions of a rehearsal: every rule is set, so that everything can be played.

The values are made up for the rehearsal, some of them after Kamakura's own. The source of each says
that it is invented, and none is ever read as a rule of the city. What a story does by a rule, it
reads from here: the advance, the points needed, the days of the yearly call, the budget of a year.
"""

from grants.models import CourseEdition, EditionParameter, LineCategory
from grants.rules import Status
from reviews.presets import HACHINOHE

INVENTED = "リハーサル用の架空の値"
#: Where another city served as the example.
AFTER_OTHERS = {"rubric": f"{INVENTED}（{HACHINOHE.source}）"}

#: How the sheets become a decision; the points needed stand among the rules of the course.
SELECTION_RULES: dict[str, object] = {
    "aggregation": "mean",
    "pass_unit": "points",
    "quorum": 2,
    "recused_counts": "left_out",
    "tie_rule": "smaller_request",
    "cut_rule": "reserve",
    "allocation": "full",
}

#: course → what stands before the numbers of its proposals.
SERIES = {"startup": "S", "collaboration": "C", "revitalization": "R"}

#: course → opens, closes, referred, scored, decided: (month, day) in the year of selection.
CALENDAR = {
    "startup": ((4, 14), (5, 31), (6, 10), (6, 20), (7, 1)),
    "collaboration": ((4, 14), (6, 30), (9, 1), (9, 20), (10, 5)),
    "revitalization": ((4, 14), (6, 30), (8, 1), (9, 20), (10, 5)),
}

#: Stands for a rule that does not apply to a course.
NO_RULE = None

#: What all courses share.
COMMON: dict[str, str | None] = {
    "min_citizen_members": "3",
    "min_officers": "3",
    "rules_on_file": "by_project_start",
    "npo_center_registration": "required",
    "place_in_city": "required",
    "project_in_city": "required",
    "public_interest": "required",
    "nonprofit": "required",
    "proper_accounting": "required",
    "no_new_facility": "yes",
    "excluded_purposes": "宗教活動\n政治活動\n営利を目的とする活動",
    "other_subsidy": "not_allowed",
    "age_counted_on": "submission",
    "activity_counted_on": "submission",
    "subsidy_rate_percent": "90",
    "subsidy_rate_of": "costs",
    "eligible_costs": "消耗品費\n印刷製本費\n使用料・謝礼",
    "ineligible_costs": "飲食費\n団体の事務所の家賃",
    "rounding_unit_yen": "1000",
    "selection_body": "架空の選考部会",
    "panel_seats": "3",
    "rubric": "\n".join(f"{name}（{most}点）" for name, _english, most in HACHINOHE.criteria),
    "pass_mark": "20",
    "aggregation": "各委員の合計点の平均",
    "conflict_of_interest": "利害関係のある委員は、その提案を審査しない",
    "adoption_count_limit": "10",
    "acceptance_days": "60",
    "processing_from": "call_closes",
    "result_acceptance_days": "14",
    "project_start_days": "1 months",
    "start_before_decision": NO_RULE,
    "interim_report_days": NO_RULE,  # the office asks where it wants one
    "claim_filing_days": "14",
    "committee_paper_days": "5 open_days_before",
    "publication_days": "60",
    "panel_term": "24 months first_day_counts",
    "npo_registration_period": "12 months fiscal_year_end",
    "supplement_days": "14",
    "matching_days": "60",
    "offer_days": "7",
    "grant_application_days": "30",
    "withdrawal_days": "20",
    "claim_days": "30",
    "report_days": "30",
    "report_latest": "04-10",
    "settlement_days": "30",
    "repayment_days": "30",
    "change_threshold_percent": "20",
    "change_threshold_of": "total",
    "change_of_content_approved": "no",
    "change_of_schedule_approved": "yes",
    "change_of_amount_approved": "no",
    "additional_charge_percent": "8",
    "late_charge_percent": "8",
    "charge_year_days": "365",
    "charge_unit_yen": "1000",
    "charge_days": "20",
    "earlier_year_blocks": "no",
    "evidence": "領収書の写しを実績報告に添える",
    "pledges": "記載した内容は事実です。\n暴力団等とは関係がありません。\n領収書を5年間保管します。",
    "mentors": "架空の市民活動コーディネーター",
    "activity_introduction": "3月",
    "funding_source": "架空の市民活動基金と一般財源",
    "fund_name": "架空の市民活動基金",
    "fund_posting": "year_of_receipt",
    "fund_target_2021_yen": NO_RULE,
}

#: What only a course that a department takes part in has rules about.
OF_NO_DEPARTMENT = dict.fromkeys(
    (
        "agreement_parties", "continuation_review", "collaboration_report",
        "department_needs_survey", "collaboration_guideline", "cap_total_yen",
    ),
    NO_RULE,
)  # fmt: skip

#: course → name in Japanese and English, instrument, own rules.
COURSES: dict[str, tuple[tuple[str, str, str], dict[str, str | None]]] = {
    "startup": (
        ("スタートアップコース", "Startup course", "subsidy"),
        {
            **OF_NO_DEPARTMENT,
            "lag_years": "0",
            "matches_department": "no",
            "max_years": "1",
            "cap_yen": "100000",
            "cap_yen_second_adoption": NO_RULE,
            "max_age_years": "3",
            "min_activity_years": NO_RULE,
            "max_adoptions": "1",
            "budget_yen": "450000",
            "advance_percent": "80",
            "non_adoption_reasons": "below_pass_mark",
            "processing_period": "40",
        },
    ),
    "collaboration": (
        ("協働コース", "Collaboration course", "cost_share"),
        {
            "lag_years": "1",
            "matches_department": "yes",
            "max_years": "3",
            "cap_yen": "500000",
            "cap_yen_second_adoption": NO_RULE,
            "cap_total_yen": "1500000",
            "max_age_years": NO_RULE,
            "min_activity_years": "1",
            "min_citizen_members": "5",
            "max_adoptions": "1",
            "budget_yen": "1800000",
            "advance_percent": "100",
            "agreement_parties": "organization city",
            "continuation_review": "yearly",
            "collaboration_report": "yearly",
            "department_needs_survey": "yearly",
            "collaboration_guideline": "架空の協働ガイドライン",
            "non_adoption_reasons": "matching_failed below_pass_mark",
            "processing_period": "100",
        },
    ),
    "revitalization": (
        ("地域活性化コース", "Revitalization course", "subsidy"),
        {
            **OF_NO_DEPARTMENT,
            "lag_years": "1",
            "matches_department": "no",
            "max_years": "1",
            "cap_yen": "300000",
            "cap_yen_second_adoption": "150000",
            "max_age_years": NO_RULE,
            "min_activity_years": "1",
            "max_adoptions": "2",
            "budget_yen": "1000000",
            "advance_percent": "50",
            "non_adoption_reasons": "below_pass_mark",
            "processing_period": "100",
        },
    ),
}

#: Side, code, name in Japanese and English, treatment, what limits it, proofs; of all courses.
CATEGORIES: tuple[tuple[str, str, str, str, str, dict[str, int], str], ...] = (
    ("expenditure", "supplies", "消耗品費", "Supplies", "eligible", {}, "領収書"),
    ("expenditure", "printing", "印刷製本費", "Printing", "eligible", {}, "領収書、印刷物1部"),
    ("expenditure", "fees", "使用料・謝礼", "Rooms and fees", "limited", {"limit_percent": 60}, "領収書、受領書"),
    ("expenditure", "travel", "交通費", "Travel", "limited", {"limit_yen": 20_000}, "行程のわかるもの"),
    ("expenditure", "food", "飲食費", "Food and drink", "ineligible", {}, "領収書"),
    ("expenditure", "rent", "団体の事務所の家賃", "Rent of the group’s office", "ineligible", {}, "領収書"),
    ("income", "tickets", "会費・参加費", "Fees and tickets", "deducted", {}, "収入の記録"),
    ("income", "gifts", "寄附金", "Gifts", "deducted", {}, "収入の記録"),
    ("income", "own", "自己資金", "Own money", "not_deducted", {}, ""),
    ("income", "other-subsidy", "他の補助金等", "Other subsidies", "other_subsidy", {}, "交付決定通知の写し"),
)  # fmt: skip

#: course → what the city votes for one fiscal year, in yen.
CITY_BUDGETS = {course: int(own["budget_yen"] or 0) for course, (_told, own) in COURSES.items()}


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
        _set_rules(edition, {**COMMON, **_days(course), **_since(fiscal_year), **own})
        _set_categories(edition)
    return edition


def _set_categories(edition: CourseEdition) -> None:
    LineCategory.objects.bulk_create(
        LineCategory(
            edition=edition, side=side, code=code, label_ja=name, label_en=english,
            treatment=treatment, position=position, proofs=proofs, source=INVENTED, **limits,
        )
        for position, (side, code, name, english, treatment, limits, proofs) in enumerate(
            CATEGORIES, start=1
        )
    )  # fmt: skip


def _days(course: str) -> dict[str, str]:
    """Return the days of the yearly call in words; a call besides it says its own."""
    opens, closes, _referred, scored, decided = (
        f"毎年の募集では{month}月{day}日" for month, day in CALENDAR[course]
    )
    return {
        "info_session_on": opens,
        "application_opens_on": opens,
        "application_closes_on": closes,
        "panel_dates": scored,
        "result_on": decided,
    }


def _since(fiscal_year: int) -> dict[str, str]:
    """Return the rules that begin with the invented editions themselves."""
    return {
        "adoptions_counted_from_fiscal_year": str(fiscal_year),
        "coordinator_from": f"{fiscal_year}年4月",
        "fund_started": f"{fiscal_year}年4月",
        "fund_first_use_fiscal_year": str(fiscal_year),
    }


def _set_rules(edition: CourseEdition, values: dict[str, str | None]) -> None:
    told = {"instrument": edition.instrument, **values}
    EditionParameter.objects.bulk_create(
        EditionParameter(
            edition=edition,
            name=name,
            status=Status.NOT_APPLICABLE if value is NO_RULE else Status.SET,
            value=value or "",
            source=AFTER_OTHERS.get(name, INVENTED),
        )
        for name, value in told.items()
    )
