class NotPossible(Exception):
    """A move that the table has but that cannot be made now; the words say why and what to do."""

    def __init__(self, why):
        super().__init__(str(why))
        self.why = why
