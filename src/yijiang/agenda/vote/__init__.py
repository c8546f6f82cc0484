"""The vote of the extra `ner`: a small published network says where persons are named; it never makes a participant."""

from yijiang.agenda.vote.ballot import with_vote
from yijiang.agenda.vote.tagger import Entity, people, ready, tag

__all__ = ["Entity", "people", "ready", "tag", "with_vote"]
