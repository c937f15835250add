"""What a line of history is called. A move bears its label; other verbs have words of their own."""

from django.utils.translation import gettext_lazy as _

from .flow import Flow, Text

_WORDS: dict[str, Text] = {}


def name_verbs(**words: Text) -> None:
    """Name verbs that services record without a move.

    :raises ValueError: if a verb has other words already.
    """
    for verb, said in words.items():
        if _WORDS.setdefault(verb, said) is not said:
            raise ValueError(f"The verb {verb} has words already.")


def in_words(flow: Flow, verb: str, *, source: str, target: str) -> Text:
    """Return what a line of history says; a verb that nobody named is shown as it is.

    A table may have a move whose verb is also recorded, so the states tell them apart.
    """
    if verb in flow and (target in flow.leads(verb, source) or verb not in _WORDS):
        return flow[verb].label
    return _WORDS.get(verb, verb)


name_verbs(
    open=_("Opened"),
    assign=_("Clerk in charge assigned"),
    change_department=_("Department in charge changed"),
    add_file=_("File added"),
    remove_file=_("File taken out"),
    file_infected=_("A file was found infected, and closed"),
    supersede_deadline=_("Date set"),
    take_back=_("Last move taken back (訂正)"),
    note=_("Note written"),
    pledge=_("Pledges accepted"),
    merge_group=_("Group joined with another entry of the same group"),
    share=_("Shared with the coordinators"),
    pay=_("Payment recorded"),
    release_notice=_("Notice released"),
    retry_notice=_("Notice sent again"),
    withdraw_notice=_("Notice withdrawn"),
    hold=_("Kept from destruction"),
    lift_hold=_("No longer kept from destruction"),
    destroy_rows=_("Rows destroyed"),
)
