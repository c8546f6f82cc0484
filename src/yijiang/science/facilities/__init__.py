"""Facilities that several regions share: who may use them, when they are free, and how they are booked."""

from yijiang.science.facilities.booking import Bookings
from yijiang.science.facilities.catalogue import Catalogue
from yijiang.science.facilities.export import ical

__all__ = ["Bookings", "Catalogue", "ical"]
