"""A rehearsal: an invented program year, played through the program's own services.

``cast`` makes the people, ``rules`` the invented editions, ``stories`` says what each group and the
office do and when, ``stage`` plays it all in the order of time with a clock of its own.
"""
