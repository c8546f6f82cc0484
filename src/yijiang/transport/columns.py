"""Columns of the plain arrays of a freight network, shared by what makes them and what reads them."""

from __future__ import annotations

TAIL, HEAD, LINK, UP = 0, 1, 2, 3
"""Columns of `arcs`: state it leaves, state it enters, link it belongs to, 1 where it runs up the river."""

LINK_KM, LINK_DEPTH, LINK_MONEY, LINK_HOURS = 0, 1, 2, 3
"""Columns of `links`: km, m, yuan/t and h that a passage takes beyond the running."""

RATE, DRAUGHT, SPEED, SPEED_UP, CLASS_CO2 = 0, 1, 2, 3, 4
"""Columns of `classes`: yuan/(t·km) with the empty leg, m, km/h down the river, km/h up the river, kg/(t·km)."""
