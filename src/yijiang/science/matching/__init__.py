"""Offers of technology, talent, capital, facilities and markets, matched with needs."""

from yijiang.science.matching.certificate import blocking_pairs
from yijiang.science.matching.face import match
from yijiang.science.matching.result import Matching
from yijiang.science.matching.similarity import similarity

__all__ = ["Matching", "blocking_pairs", "match", "similarity"]
