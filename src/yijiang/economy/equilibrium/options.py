"""Closing rules for factors that move between regions, and the cost of cleaner production."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike

from yijiang.errors import OptionError

if TYPE_CHECKING:
    from .levers import Mobility
    from .structure import Array, Base


@dataclass(frozen=True)
class Migration:
    r"""People move within a group of regions towards higher real wages.

    .. math::
        \hat M_n = \frac{(\hat\mu_n \hat w_n / \hat P_n)^{\kappa}}{\sum_m s_m (\hat\mu_m \hat w_m / \hat P_m)^{\kappa}}

    Closing rule: movers earn the wage of the place where they live and spend it there; income of other factors,
    tariff revenue and balances stay with their region.  The people of the group are conserved.

    Parameters
    ----------
    elasticity
        κ of people to the real wage; 0 = nobody moves.  `yijiang.economy.elasticities()` lists values with sources.
    regions
        Names of the regions of the group; all modelled ones without it.  The others keep their people.
    factor
        The factor that moves.
    people
        People in the base by region: a mapping from names or an array over all regions.  Without it the base wage is
        taken as equal, so that people are in proportion to the factor's income, and `Counterfactual.assumed` says so.

    Source: Tombe and Zhu (2019), American Economic Review 109(5), in changes and without bilateral moving costs.

    Examples
    --------
    >>> Migration(1.5, regions=["Hubei", "Jiangsu"], factor="labour")
    Migration(elasticity=1.5, regions=['Hubei', 'Jiangsu'], factor='labour', people=None)
    """

    elasticity: float
    regions: Sequence[str] | None = None
    factor: str = "labour"
    people: Mapping[str, float] | ArrayLike | None = None


@dataclass(frozen=True)
class MobileCapital:
    """A factor works wherever in a group of regions it earns most, so that its return changes alike everywhere.

    Closing rule: owners stay where they are; each region's owners keep their base share of the group's factor and
    earn its common return on it.  `Counterfactual.net_factor_income` is what flows between owners and places of work.

    Parameters
    ----------
    regions
        Names of the regions of the group; all modelled ones without it.
    factor
        The factor.

    Examples
    --------
    >>> MobileCapital(regions=["Hubei", "Jiangsu"])
    MobileCapital(regions=['Hubei', 'Jiangsu'], factor='capital')
    """

    regions: Sequence[str] | None = None
    factor: str = "capital"


def mobility(base: Base, rules: Sequence[Migration | MobileCapital]) -> tuple[Mobility | None, tuple[str, ...]]:
    """The rules in the solver's layout, and what is assumed in them."""
    from .levers import Mobility

    if not rules:
        return None, ()
    labels, n, factors = base.labels, base.modelled, base.income.shape[1]
    elasticity, group = np.zeros(factors), np.full((factors, n), -1, dtype=np.int64)
    people, assumed = np.zeros((n, factors)), []
    for rule in rules:
        f = labels.position("factor", rule.factor)
        kappa = rule.elasticity if isinstance(rule, Migration) else np.inf
        if isinstance(rule, Migration) and not 0 <= kappa < np.inf:
            raise OptionError(f"the elasticity of migration is {kappa}; use 0 (nobody moves) or a positive number")
        if kappa == 0:
            continue
        if elasticity[f] not in (0.0, kappa):
            raise OptionError(f"{labels.factor[f]!r} has two rules of mobility; give one elasticity for its groups")
        elasticity[f] = kappa
        names = labels.internal("region")[:n] if rule.regions is None else rule.regions
        places = [int(labels.inverse[labels.position("region", name)]) for name in names]
        for name, i in zip(names, places, strict=True):
            if i >= n:
                raise OptionError(f"region {name!r} has fixed cost; nothing moves there")
            if group[f, i] >= 0:
                raise OptionError(f"region {name!r} is twice in a group of {labels.factor[f]!r}")
            group[f, i] = group[f].max(initial=-1) + 1 if i == places[0] else group[f, places[0]]
        if isinstance(rule, Migration):
            people[places, f] = base.income[places, f] if rule.people is None else _people(base, rule.people)[places]
            if rule.people is None:
                assumed.append(f"people of {labels.factor[f]!r} in proportion to its income: equal base wages")
            if not (people[places, f] > 0).all():
                raise OptionError(f"a region of the group has no people ({labels.factor[f]!r}); leave it out")
    if not elasticity.any():
        return None, ()
    return Mobility(elasticity, group, people), tuple(assumed)


def _people(base: Base, given: Any) -> Array:
    value = base.labels.align(given, ("region",), "people", np.nan)[base.labels.order[: base.modelled]]
    return np.where(np.isfinite(value), value, 0.0)


def abatement_cost(emission_hat: ArrayLike, elasticity: float) -> Array:
    r"""Productivity that is left when emission per unit of output falls, by a constant-elasticity abatement curve.

    .. math::
        e = e_0 (1 - a)^{(1 - \alpha)/\alpha}, \qquad \hat T = 1 - a = \hat e^{\,\alpha / (1 - \alpha)}

    with a the share of inputs that goes to abatement.  More emission than in the base (ê > 1) saves nothing.

    Parameters
    ----------
    emission_hat
        Emission per unit of output, new / old.
    elasticity
        α of output to emission, between 0 and 1.

    Returns
    -------
    array
        Output per bundle of inputs, new / old, at most 1.

    Raises
    ------
    OptionError
        For a ratio that is not positive or an elasticity outside (0, 1).

    Source: Copeland and Taylor (2003), Trade and the Environment, chapter 2.

    Examples
    --------
    >>> float(abatement_cost(0.5, 0.1).round(6))
    0.925875
    """
    ratio = np.asarray(emission_hat, dtype=np.float64)
    if not (np.all(ratio > 0) and np.all(np.isfinite(ratio))):
        raise OptionError("emission_hat holds a ratio that is not positive; 1 means no change")
    return np.asarray(np.minimum(ratio, 1.0) ** cost_exponent(elasticity))


def abated(cost_share: ArrayLike, elasticity: float) -> Array:
    """Emission per unit of output, new / old, when this share of inputs goes to abatement: (1 − a)^((1 − α)/α).

    Parameters
    ----------
    cost_share
        Spending on abatement as a share of the cost of output, at least 0 and below 1.
    elasticity
        α of output to emission, between 0 and 1.

    Raises
    ------
    OptionError
        For a share outside [0, 1) or an elasticity outside (0, 1).

    Source: as `abatement_cost`, of which it is the inverse.

    Examples
    --------
    >>> float(abatement_cost(abated(0.05, 0.1), 0.1).round(12))
    0.95
    """
    share = np.asarray(cost_share, dtype=np.float64)
    if not (np.all(share >= 0) and np.all(share < 1)):
        raise OptionError("cost_share must be at least 0 and below 1")
    return np.asarray((1 - share) ** (1 / cost_exponent(elasticity)))


def cost_exponent(elasticity: float | None) -> float:
    """α / (1 − α) of the abatement curve."""
    if elasticity is None or not 0 < elasticity < 1:
        raise OptionError(f"abatement_elasticity is {elasticity}; give α between 0 and 1, as elasticities() lists it")
    return elasticity / (1 - elasticity)
