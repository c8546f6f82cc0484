"""Facilities, worded: the catalogue, bookings, who used how much, ways from door to door."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from yijiang.charts import RangeBar, range_bars
from yijiang.charts.occupancy import Row, Stay, occupancy
from yijiang.report.wording import Document, Text, each, figure, joined, known, label, pair, percent, plain, say

#: Days drawn.
AHEAD = 14
#: Bookings listed, the latest first.
LISTED = 60
_DAYS = {"1234567": "days_all", "12345": "days_week", "123456": "days_six"}


def facility_view(document: Document) -> dict[str, Any]:
    """Return everything the page prints.

    Parameters
    ----------
    document
        The document of the facilities.
    """
    rows = document["facilities"]
    bookable = sum(not row["missing"] for row in rows)
    names = list(dict.fromkeys(row["region"] for row in rows))
    regions = joined([_region(document, name) for name in names])
    states = [row["state"] for row in document["bookings"]]
    held = sum(state in ("requested", "approved") for state in states)
    lead = [say("facility.lead", bookable=bookable, blank=len(rows) - bookable)]
    if states:
        lead.append(
            say("facility.lead_booked", held=held, waiting=states.count("waiting"), day=document["now"][:10])
        )  # fmt: skip
    return {
        "title": say("facility.title", count=len(rows), regions=regions),
        "scope": say("page.scope_facility", river=pair(document["river_name"]))
        if document["river_name"]["en"]
        else say("page.scope_facility_plain"),
        "lead": lead,
        "rows": [_row(document, row) for row in rows],
        "bookings": [_booking(document, row) for row in document["bookings"][::-1][:LISTED]],
        "use": _use(document),
        "charts": _charts(document),
        "ways": _ways(document),
        "way_note": None
        if document["origin"] is None
        else say("facility.way_note", status=label("status", document["speeds"]))
        if document["speeds"]
        else say("facility.way_table"),
        "rules": [say("facility.rule_kept"), say("facility.rule_turn")],
        "note": say("facility.ledger_note"),
        "sources": [{"key": key, **entry} for key, entry in sorted(document["sources"].items())],
        "provenance": [(label("provenance", key), str(value)) for key, value in document["provenance"].items()],
    }


def _region(document: Document, name: str) -> Text:
    return pair(document["names"].get(name, name))


def _name(document: Document, id: str) -> Text:
    found = next((row["name"] for row in document["facilities"] if row["id"] == id), id)
    return pair(found)


def clock(minutes: int) -> str:
    """Write minutes since midnight as a time.

    >>> clock(510), clock(1440)
    ('08:30', '24:00')
    """
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _open(row: Mapping[str, Any]) -> Text:
    if row["opens"] is None:
        return say("facility.not_stated")
    key = _DAYS.get(row["days"])
    named = joined([say(f"facility.day_{day}") for day in row["days"]])
    days = say(f"facility.{key}") if key else say("facility.days_some", days=named)
    return say("facility.days", days=days, opens=clock(row["opens"]), closes=clock(row["closes"]),
               zone=row["time_zone"])  # fmt: skip


def _terms(document: Document, row: Mapping[str, Any]) -> list[Text]:
    terms = [say("facility.approves")] if row["approval"] and not row["missing"] else []
    if row["longest"] is not None:
        terms.append(say("facility.longest", hours=figure(row["longest"])))
    if row["notice"]:
        terms.append(say("facility.ahead", hours=figure(row["notice"])))
    if row["open_to"]:
        terms.append(say("facility.only", regions=joined([_region(document, name) for name in row["open_to"]])))
    if row["purposes"]:
        terms.append(say("facility.purposes", purposes=joined([label("purpose", one) for one in row["purposes"]])))
    if row["by_sample"]:
        terms.append(say("facility.sample"))
    if row["kept"]:
        shares = joined(
            [each(lambda lang, n=name, s=share: f"{_region(document, n)[lang]} {percent(s)}")  # type: ignore[misc]
             for name, share in row["kept"].items()]
        )  # fmt: skip
        terms.append(say("facility.kept", shares=shares))
    return terms


def _row(document: Document, row: Mapping[str, Any]) -> dict[str, Any]:
    currency = str(document["money"]).rpartition(" ")[2]
    unit = label("currency", currency)
    price = say("facility.not_stated") if row["price"] is None else each(
        lambda lang: f"{figure(row['price'])}{'' if lang == 'zh' else ' '}{unit[lang]}"
    )  # fmt: skip
    status = label("status", row["status"])
    return {
        "name": pair(row["name"]),
        "count": None if row["count"] is None else say("facility.count", count=row["count"]),
        "region": _region(document, row["region"]),
        "owner": pair(row["owner"]),
        "open": _open(row),
        "seats": say("facility.not_stated") if row["seats"] is None else plain(row["seats"]),
        "price": price,
        "terms": _terms(document, row),
        "status": say("facility.source_status", status=status, year=row["year"]) if row["year"] else status,
    }


def _local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(ZoneInfo(zone))


def _zone(document: Document, row: Mapping[str, Any]) -> str:
    first = row["facilities"][0]
    return next((one["time_zone"] for one in document["facilities"] if one["id"] == first), "UTC")


def _booking(document: Document, row: Mapping[str, Any]) -> dict[str, Any]:
    zone = _zone(document, row)
    start, end = (_local(row[name], zone) for name in ("start", "end"))
    home = _region(document, row["region"])
    return {
        "id": row["id"],
        "facility": joined([_name(document, one) for one in row["facilities"]]),
        "person": each(lambda lang: f"{row['person']}{'，' if lang == 'zh' else ', '}{home[lang]}"),
        "purpose": row["purpose"],
        "when": f"{start:%Y-%m-%d %H:%M}–{end:%H:%M}",
        "state": say(f"facility.state_{row['state']}"),
        "firm": row["state"] == "approved",
    }


def _use(document: Document) -> list[dict[str, Any]]:
    return [
        {
            "facility": _name(document, row["facility"]),
            "line": say("facility.share", region=_region(document, row["region"]), hours=figure(row["hours"]),
                        part=percent(row["part"]), kept=percent(row["kept"])),
        }
        for row in document["use"]
    ]  # fmt: skip


def _charts(document: Document) -> list[dict[str, Any]]:
    if not document["bookings"]:
        return []
    first = datetime.fromisoformat(document["now"]).date()
    charts: list[dict[str, Any]] = [
        {
            "title": say("facility.chart_weeks"),
            "picture": each(lambda lang: _weeks(document, first, lang)),
            "note": say("facility.chart_weeks_note"),
        }
    ]
    given = [row for row in document["use"] if row["hours"]]
    if given:
        title = say("facility.chart_hours")

        def bars(lang: str) -> str:
            rows = [
                RangeBar(f"{_name(document, row['facility'])[lang]} · {_region(document, row['region'])[lang]}",
                         row["hours"], f"{figure(row['hours'])} h", strong=known(row["kept"]))
                for row in given
            ]  # fmt: skip
            return range_bars(rows, title[lang], width=760)

        charts.append({"title": title, "picture": each(bars), "note": None})
    return charts


def _weeks(document: Document, first: date, lang: str) -> str:
    rows = []
    for one in document["facilities"]:
        if one["missing"]:
            continue
        lanes: list[list[Stay]] = [[] for _ in range(one["seats"])]
        for row in document["bookings"]:
            if one["id"] not in row["seats"]:
                continue
            start, end = (_local(row[name], one["time_zone"]) for name in ("start", "end"))
            midnight = datetime(first.year, first.month, first.day, tzinfo=start.tzinfo)
            told = f"{row['person']}, {start:%m-%d %H:%M}–{end:%H:%M}"
            day = timedelta(days=1)
            stay = Stay((start - midnight) / day, (end - midnight) / day, told, row["state"] == "approved")
            lanes[min(row["seats"][one["id"]], len(lanes) - 1)].append(stay)
        name = pair(one["name"])[lang]
        rows += [Row(f"{name} {k + 1}" if len(lanes) > 1 else name, tuple(stays)) for k, stays in enumerate(lanes)]
    return occupancy(rows, first, AHEAD, say("facility.chart_weeks")[lang])


def _ways(document: Document) -> list[Text]:
    currency = str(document["money"]).rpartition(" ")[2]
    unit = label("currency", currency)
    told = []
    for row in document["trips"]:
        cost: Text = plain("")
        if row["use_cost"] is not None:
            amount = each(lambda lang, c=row["use_cost"]: f"{figure(c)}{'' if lang == 'zh' else ' '}{unit[lang]}")  # type: ignore[misc]
            cost = say("facility.way_cost", cost=amount)
        told.append(
            say(f"facility.way_{row['way']}", facility=_name(document, row["facility"]), hours=figure(row["hours"]),
                travel=figure(row["travel"]), cost=cost)
        )  # fmt: skip
    return told
