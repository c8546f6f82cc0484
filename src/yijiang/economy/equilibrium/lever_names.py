"""The levers and closing rules of a counterfactual, by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal, TypedDict

from .options import Migration, MobileCapital


class Levers(TypedDict, total=False):
    """What `TradeModel.counterfactual` can change; whatever is not named stays as it is."""

    kappa_hat: Any
    """(importer, exporter, sector): trade cost, new / old; it makes no revenue."""
    tariff: Any
    """(importer, exporter, sector): new levels, 0.05 = 5 %; it makes revenue."""
    productivity_hat: Any
    """(region, sector): output per bundle of inputs, new / old."""
    endowment_hat: Any
    """(region, factor): amount of each factor, new / old; of a mobile one, the amount its owners have."""
    deficit: Any
    """(region,): new deficits in money of the base; 0 balances every region."""
    using_kappa_hat: Mapping[tuple[str, str, str, str], float] | None
    """{(importer, exporter, sector, using sector): ratio} on top of `kappa_hat` for one use of a good; the using
    sector of final demand is "final"."""
    transfer: Any
    """(region,): money that a region receives (+) or pays (−) on top of its deficit; adds up to zero."""
    final_scale: Any
    """(region, sector): weight of a good in final demand, new / old; the shares are scaled to one again, and the
    price index uses them."""
    inputs_hat: Any
    """(region, input, using): share of an input in cost, new / old.  Every column is scaled so that inputs together
    keep their share and unit cost at base prices is what it was: a change of structure, without a welfare figure."""
    emission_hat: Any
    """(region, sector): emission per unit of output, new / old; a cut costs productivity (`abatement_cost`)."""
    abatement_elasticity: float | None
    """α of the abatement curve; needed with `emission_hat`."""
    attraction_hat: Any
    """(region,): what else draws people to a region, new / old; works through `Migration`."""
    deficit_rule: Literal["fixed", "income_share"]
    """"fixed" in the numeraire, or "income_share": in proportion to the region's factor income, with what is then
    missing from the sum spread over all regions by income."""
    mobility: Sequence[Migration | MobileCapital]
    """Factors that move between regions; without it every factor stays in its region."""
    foreign_elasticity: Any
    """(sector,): elasticity of what regions of fixed cost buy; θ without it."""
