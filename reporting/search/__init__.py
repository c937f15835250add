"""Finding what is published: tokens, index, question, answer.

``tokens`` and ``questions`` are pure; ``store`` is the one door to the full text of the database;
``sources`` says what there is to find, ``indexing`` writes it, ``searching`` answers.
"""
