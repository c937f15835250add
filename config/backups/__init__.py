"""Backups: a folder per run with database, files and a manifest; keys stand apart from it.

`folder` knows what is in such a folder and whether it is whole, `databases` how each database is
copied and put back, `making` and `restoring` do it, and `keys` keeps what must lie elsewhere.
"""
