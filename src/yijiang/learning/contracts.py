"""Who sells technology and who buys it: the balance of technology contracts of two regions, year by year."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yijiang.learning.reading import Indicator, weakest

SOLD, BOUGHT = "tech_sold", "tech_bought"


@dataclass(frozen=True)
class Contracts:
    """Technology contracts of two regions: sold and bought by year in one unit, and what they say.

    Attributes
    ----------
    years
        Years in which both regions have both figures.
    sold, bought
        By region, one figure per year.
    all_sold, all_bought
        Of all regions with a figure, in the last year.
    regions
        How many those are.
    crossed
        Years in which the lead in selling changed, none if it never did.
    """

    places: tuple[str, str]
    unit: str
    years: tuple[int, ...]
    sold: Mapping[str, tuple[float, ...]]
    bought: Mapping[str, tuple[float, ...]]
    all_sold: float
    all_bought: float
    regions: int
    crossed: tuple[int, ...]
    sources: tuple[str, ...]
    status: str

    @property
    def net(self) -> dict[str, float]:
        """Sold less bought in the last year."""
        return {place: self.sold[place][-1] - self.bought[place][-1] for place in self.places}

    @property
    def seller(self) -> str:
        """Region that sold more in the last year."""
        return max(self.places, key=lambda place: self.sold[place][-1])

    @property
    def buyer(self) -> str:
        """Region that bought more in the last year."""
        return max(self.places, key=lambda place: self.bought[place][-1])


def contracts(indicators: Sequence[Indicator], places: tuple[str, str]) -> Contracts | None:
    """Return the balance of technology contracts of two regions; None where the figures are not there.

    Examples
    --------
    >>> import yijiang as yj
    >>> from yijiang.learning.reading import indicators_of
    >>> found = contracts(indicators_of(yj.case("tiny")), ("Upper", "Middle"))
    >>> found.net, found.crossed
    ({'Upper': -12.0, 'Middle': 8.0}, (2016,))
    """
    known = {one.key: one for one in indicators}
    if SOLD not in known or BOUGHT not in known or known[SOLD].unit != known[BOUGHT].unit:
        return None
    both = known[SOLD], known[BOUGHT]
    paths: dict[str, dict[str, dict[int, float]]] = {
        one.key: {place: one.path(place) for place in places} for one in both
    }
    years = sorted(set.intersection(*(set(path) for one in paths.values() for path in one.values())) - {0})
    if not years:
        return None
    last = years[-1]
    whole: list[dict[str, Any]] = [{p: v for p in one.years if (v := one.at(p, last)) is not None} for one in both]
    cells = [whole[k][place] for k in (0, 1) for place in places]
    lead = [(year, paths[SOLD][places[0]][year] > paths[SOLD][places[1]][year]) for year in years]
    crossed = [year for (_, then), (year, now) in itertools.pairwise(lead) if then != now]
    sums = [sum(cell.value for cell in one.values()) for one in whole]
    sold, bought = (
        {place: tuple(paths[key][place][year] for year in years) for place in places} for key in (SOLD, BOUGHT)
    )
    return Contracts(
        places, known[SOLD].unit, tuple(years), sold, bought,
        sums[0], sums[1], len(whole[0]), tuple(crossed),
        tuple(dict.fromkeys(cell.source for cell in cells)), weakest(cell.status for cell in cells),
    )  # fmt: skip
