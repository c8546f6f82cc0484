"""Reports and minutes in English, read in a simpler form to the same records as the Chinese ones."""

from yijiang.agenda.english.reader import read_english

__all__ = ["read_english"]
