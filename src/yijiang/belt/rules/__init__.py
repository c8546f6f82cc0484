"""What a belt must mean, one small function per rule; `run` applies them all and collects every finding.

A rule that reads a table whose file could not be read at all is left out: its findings would only repeat that.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from yijiang.belt.findings import Findings
from yijiang.belt.rules import economy, learning, projects, relations, river, science, transport
from yijiang.errors import Finding

if TYPE_CHECKING:
    from yijiang.belt.model import Belt

Rule = Callable[["Belt", Findings], None]

RULES: tuple[tuple[Rule, tuple[str, ...]], ...] = (
    (relations.needed, ()),
    (relations.unique_keys, ()),
    (relations.references, ()),
    (relations.ranges, ()),
    (economy.draws_complete, ("trade", "draws")),
    (economy.no_accounts_abroad, ("regions", "trade", "intermediate", "value_added", "final")),
    (economy.no_negative_use, ("final",)),
    (economy.accounts_balance, ("regions", "sectors", "trade", "intermediate", "value_added", "final")),
    (economy.every_sector_has_elasticity, ("sectors", "elasticities")),
    (economy.goods_have_density, ("sectors", "value_densities")),
    (transport.links_join_two_nodes, ("links",)),
    (transport.water_has_depth, ("links", "ships")),
    (transport.network_connected, ("nodes", "links", "zones")),
    (transport.freight_has_zones, ("freight", "zones")),
    (transport.freight_is_goods, ("freight", "sectors")),
    (transport.terminals_join_two_modes, ("terminals",)),
    (transport.depths_of_water, ("depths", "links")),
    (transport.counts_name_what_is_counted, ("counts", "links", "locks")),
    (river.chain_ends_in_one_mouth, ("reaches",)),
    (river.chain_without_gaps, ("reaches",)),
    (river.flows_in_order, ("reaches",)),
    (river.water_goes_nowhere, ("reaches",)),
    (river.lakes_in_every_regime, ("reaches",)),
    (river.months_make_a_year, ("months",)),
    (river.classes_in_order, ("standards",)),
    (river.observations_say_something, ("observations",)),
    (river.sections_in_their_reach, ("reaches", "sections")),
    (river.borders_have_two_sides, ("sections",)),
    (river.activities_known, ("loads", "sectors")),
    (river.limits_on_binding_pollutants, ("kinetics", "targets", "compensation")),
    (river.compensation_at_borders, ("sections", "compensation")),
    (projects.sized_or_said_why, ("projects", "levers")),
    (projects.have_members_payers_levers, ("projects", "members", "payers", "levers")),
    (projects.shares_sum_to_one, ("payers",)),
    (projects.cost_something, ("projects",)),
    (projects.multipliers_in_order, ("projects",)),
    (projects.starts_in_order, ("projects",)),
    (projects.sizes_need_money, ("projects", "levers")),
    (projects.relations_make_sense, ("relations",)),
    (projects.levers_complete, ("levers",)),
    (projects.levers_priced, ("levers",)),
    (projects.levers_hit_something, ("levers", "links", "terminals", "locks", "reaches", "loads", "trade")),
    (learning.indicators_alike, ("indicators",)),
    (learning.years_agree, ("indicators", "indicator_years")),
    (science.tables_alone, ("offers", "needs", "preferences", "facilities")),
    (science.lists_name_regions, ("offers", "needs", "facilities")),
    (science.preferences_name_both, ("preferences", "offers", "needs")),
    (science.quotas_fit, ("quotas",)),
)
"""Every rule with the tables it reads."""


def run(belt: Belt) -> tuple[Finding, ...]:
    """Apply every rule and return all findings."""
    found = Findings()
    broken = relations.unreadable(belt)
    for rule, tables in RULES:
        if not broken.intersection(tables):
            rule(belt, found)
    return found.all()
