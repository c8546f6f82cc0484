"""Payment at a border section: who pays whom when the water is cleaner or dirtier than agreed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from yijiang.errors import OptionError
from yijiang.river.formulas import Floats

SECONDS = 86_400.0


class Settlement(NamedTuple):
    """What is paid for a period.

    Attributes
    ----------
    amount
        To the upstream side if positive, to the downstream side if negative, in the currency of the rate.
    tonnes
        Tonnes by which the load at the target stays above the actual one.
    capped
        Whether the cap decided.
    by_pollutant : Series
        The amounts before the cap.
    """

    amount: float
    tonnes: pd.Series
    capped: bool
    by_pollutant: pd.Series


@dataclass(frozen=True, slots=True)
class TwoWayRule:
    """Two-way payment by water quality at the border: rate × deviation from the target × water.

    payment = Σ_p rate_p · (target_p − actual_p) · Q · t, no more than `cap` either way, and 0 for a pollutant within
    `band` of its target. A positive payment goes upstream (cleaner than agreed), a negative one downstream.

    Attributes
    ----------
    rate
        Money per tonne by pollutant.
    target
        Agreed concentration by pollutant [mg/L].
    cap
        Greatest payment for a period, either way; None: no cap.
    band
        Relative deviation that is not paid for [-].

    Examples
    --------
    Two pollutants, one better and one worse than agreed, in 30 days of 1,000 m³/s:

    >>> rule = TwoWayRule({"TP": 40_000.0, "NH3-N": 8_000.0}, {"TP": 0.10, "NH3-N": 0.50}, cap=2e6)
    >>> paid = rule.settle({"TP": 0.08, "NH3-N": 0.55}, flow=1000.0, days=30)
    >>> round(paid.amount), paid.tonnes.round(2).to_dict()
    (1036800, {'TP': 51.84, 'NH3-N': -129.6})
    """

    rate: dict[str, float]
    target: dict[str, float]
    cap: float | None = None
    band: float = 0.0

    def settle(self, actual: dict[str, float] | pd.Series, flow: float, days: float) -> Settlement:
        """Settle a period of `days` [day] with a mean `flow` [m³/s] and actual concentrations [mg/L].

        Raises
        ------
        OptionError
            If a concentration, a target or the flow is missing or negative.
        """
        if set(self.rate) != set(self.target):
            raise OptionError("rate and target must name the same pollutants")
        missing = [p for p in self.rate if p not in actual]
        if missing:
            raise OptionError(f"no concentration of {', '.join(missing)}")
        names = list(self.rate)
        there = np.array([float(actual[p]) for p in names])
        goal = np.array([float(self.target[p]) for p in names])
        price = np.array([float(self.rate[p]) for p in names])
        if not (flow >= 0 and days > 0 and np.all(there >= 0) and np.all(goal > 0) and np.all(price >= 0)):
            raise OptionError("flow, days, concentrations, targets and rates must be numbers of at least 0")
        # 1 mg/L in 1 m³/s is 1 g/s.
        tonnes = (goal - there) * flow * days * SECONDS / 1e6
        tonnes = np.where(np.abs(there - goal) <= self.band * goal, 0.0, tonnes)
        amounts = price * tonnes
        total = float(amounts.sum())
        limited = total if self.cap is None else float(np.clip(total, -self.cap, self.cap))
        index = pd.Index(names, name="pollutant")
        return Settlement(limited, pd.Series(tonnes, index=index), limited != total, pd.Series(amounts, index=index))


@dataclass(frozen=True, slots=True)
class LumpRule:
    """Two-way payment of a fixed sum: upstream gets it if every target is met, and pays it if not.

    Attributes
    ----------
    target
        Agreed concentration by pollutant [mg/L].
    reward, penalty
        Sum paid to the upstream side, and by it.

    Notes
    -----
    The Xin'an River, Anhui and Zhejiang, 2012 to 2014: each of the two provinces put up 100 million yuan a year; where
    the border section met the agreed quality, Zhejiang paid its 100 million to Anhui, and where not, Anhui paid
    Zhejiang (as reported at wanbiaoku.com/new/702879168318154752). Here targets by pollutant stand for the agreed
    quality.

    The Yangtze main stem and the Chu River, Anhui and Jiangsu, from 2023: two-way, by the quality at the sections
    Wujiang (乌江, left bank), Sanxingcun (三兴村, right bank) and Chenqian (陈浅), settled in the following year (as
    reported at office.h2o-china.com/news/347442.html). Its first payment on the main stem went to Wuhu, 14.17 million
    yuan, with total phosphorus at Dongxi Liangshan (东西梁山) at no more than 0.08 mg/L in 2023 (as reported at
    dingqianjf.com/news/show/71afcd7a284984b0.html). No rates were published: a `TwoWayRule` with rates of one's own is
    its form.

    Examples
    --------
    >>> xinan = LumpRule({"TP": 0.05, "NH3-N": 0.2}, reward=100e6, penalty=100e6)
    >>> xinan.settle({"TP": 0.045, "NH3-N": 0.2}), xinan.settle({"TP": 0.06, "NH3-N": 0.1})
    (100000000.0, -100000000.0)

    The Chu River's form, with an assumed rate; a mean of 0.075 mg/L against the 0.08 of Dongxi Liangshan:

    >>> chu = TwoWayRule({"TP": 40_000.0}, {"TP": 0.08}, cap=20e6)
    >>> paid = chu.settle({"TP": 0.075}, flow=28_700.0, days=365)
    >>> round(paid.amount), paid.capped, round(float(paid.by_pollutant["TP"]))
    (20000000, True, 181016640)
    """

    target: dict[str, float]
    reward: float
    penalty: float

    def settle(self, actual: dict[str, float] | pd.Series) -> float:
        """Payment to the upstream side (negative: by it) for the means of a period [mg/L].

        Raises
        ------
        OptionError
            If a concentration is missing or negative.
        """
        for name in self.target:
            if name not in actual or not float(actual[name]) >= 0:
                raise OptionError(f"no concentration of {name}")
        met = all(float(actual[name]) <= limit for name, limit in self.target.items())
        return self.reward if met else -self.penalty


def payments(rule: TwoWayRule, concentration: pd.DataFrame, flow: npt.ArrayLike, days: npt.ArrayLike) -> pd.DataFrame:
    """Settle every period of a table of concentrations (period × pollutant) [mg/L].

    Parameters
    ----------
    rule
        The rule; its cap holds for each period.
    concentration
        Means by period.
    flow, days
        Mean flow [m³/s] and length [day] of every period.

    Returns
    -------
    DataFrame (period): `amount`, `capped`

    Examples
    --------
    >>> table = pd.DataFrame({"TP": [0.08, 0.12]}, index=["Jan", "Feb"])
    >>> payments(TwoWayRule({"TP": 1000.0}, {"TP": 0.1}), table, [1000.0, 1000.0], [31, 28])["amount"].round().tolist()
    [53568.0, -48384.0]
    """
    water: Floats = np.broadcast_to(np.asarray(flow, dtype=np.float64), len(concentration))
    time: Floats = np.broadcast_to(np.asarray(days, dtype=np.float64), len(concentration))
    settled = [rule.settle(row, q, d) for (_, row), q, d in zip(concentration.iterrows(), water, time, strict=True)]
    return pd.DataFrame(
        {"amount": [s.amount for s in settled], "capped": [s.capped for s in settled]}, concentration.index
    )
