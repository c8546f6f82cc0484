"""The commands `yijiang facility …`: what is shared, who may use it, when it is free, and who has booked it.

The catalogue is the belt's; bookings lie in a file or behind postgresql://….
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from yijiang.cli.common import as_json, show
from yijiang.cli.facility.listing import catalogue_of, languages, list_, open_bookings
from yijiang.cli.facility.siting import siting
from yijiang.errors import OptionError
from yijiang.outputs import write_text

if TYPE_CHECKING:
    from cyclopts import App

    from yijiang.science.facilities.catalogue import Catalogue
    from yijiang.science.facilities.records import Booking

Lang = Literal["zh", "en", "both"]


def _moment(text: str, zone: Any) -> datetime:
    """Return a moment; without an offset it is the facility's local time."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise OptionError(f"--start must be a time as 2026-12-01T09:00, not {text!r}") from None
    return found if found.tzinfo else found.replace(tzinfo=zone)


def _say_booking(booking: Booking, catalogue: Catalogue, lang: str) -> None:
    from yijiang.messages import message

    zone = catalogue[booking.facilities[0]].zone
    for one in languages(lang):
        show(
            message(
                "facility.booked", one, id=booking.id, state=message(f"facility.state_{booking.state}", one),
                facility=("、" if one == "zh" else ", ").join(catalogue[f].names[one] for f in booking.facilities),
                start=f"{booking.start.astimezone(zone):%Y-%m-%d %H:%M}", end=f"{booking.end.astimezone(zone):%H:%M}",
            )
        )  # fmt: skip


def check(
    *facilities: str,
    belt: str = "yangtze2017",
    bookings: str | None = None,
    region: str,
    start: str | None = None,
    hours: float = 1.0,
    days: int = 14,
    purpose: str = "",
    lang: Lang = "both",
    json: bool = False,
) -> int:
    """Say whether a booking could be made, and if not why; without --start the next times all of them are free.

    Example: yijiang facility check spectrometer microscope --belt tiny --region Upper --hours 2

    Parameters
    ----------
    facilities
        One or more facilities, used at the same time.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    bookings
        The file or address of the bookings; none yet unless given.
    region
        Region of the user.
    start
        Local time of the facility, as 2026-12-01T09:00.
    hours
        Length in quarters of an hour.
    days
        Days that are searched.
    purpose
        What for.
    lang
        Language of the text.
    json
        Print the answer as JSON.
    """
    import tempfile
    from datetime import timedelta

    from yijiang.messages import message
    from yijiang.science.facilities.booking import Bookings

    if days < 1:
        raise OptionError(f"--days must be 1 or more, not {days}")
    catalogue = catalogue_of(belt)
    with tempfile.TemporaryDirectory() as folder:
        opened = open_bookings(bookings, belt) if bookings else Bookings(Path(folder) / "empty.db", catalogue)
        with opened:
            first = catalogue[facilities[0]] if facilities else None
            zone = first.zone if first is not None else None
            if start is None:
                today = datetime.now(zone).date()
                last = today + timedelta(days=days)
                slots = opened.slots(facilities, hours, today, last, region=region, purpose=purpose)
                found: dict[str, Any] = {"ok": bool(slots), "slots": [_slot(s, zone) for s in slots], "reasons": []}
                if not slots:
                    closed = [f for f in facilities if catalogue[f].missing]
                    found["reasons"] = [
                        {
                            lang: message(f"facility.reason_no_{catalogue[f].missing[0]}", lang,
                                          facility=catalogue[f].names[lang])
                            for lang in ("en", "zh")
                        }
                        for f in closed
                    ] or [{lang: message("facility.no_slot", lang, days=days) for lang in ("en", "zh")}]  # fmt: skip
            else:
                answer = opened.check(facilities, region, _moment(start, zone), hours, purpose=purpose)
                told = {lang: answer.told(lang) for lang in ("en", "zh")}
                reasons = [{lang: told[lang][k] for lang in told} for k in range(len(answer.reasons))]
                found = {"ok": answer.ok, "slots": [_slot(s, zone) for s in answer.next], "reasons": reasons}
    if json:
        show(as_json(found))
        return 0
    for one in languages(lang):
        names = ("、" if one == "zh" else ", ").join(catalogue[f].names[one] for f in facilities)
        if start is not None and found["ok"]:
            begin = _moment(start, zone)
            show(message("facility.yes", one, facility=names, start=f"{begin:%Y-%m-%d %H:%M}",
                         end=f"{begin + timedelta(hours=hours):%H:%M}"))  # fmt: skip
        elif start is None and found["ok"]:
            show(message("facility.slots", one, facility=names, hours=f"{hours:g}"))
            for row in found["slots"]:
                show(f"   {row['start'][:16].replace('T', ' ')}–{row['end'][11:16]}")
        else:
            show(" ".join([message("facility.no", one), *(row[one] for row in found["reasons"])]))
            for row in found["slots"] if start is not None else []:
                when = {"start": row["start"][:16].replace("T", " "), "end": row["end"][11:16]}
                show(f"   {message('facility.next', one, **when)}")
    return 0


def _slot(slot: Any, zone: Any) -> dict[str, str]:
    return {"start": slot.start.astimezone(zone).isoformat(), "end": slot.end.astimezone(zone).isoformat()}


def book(
    place: str,
    /,
    *facilities: str,
    belt: str = "yangtze2017",
    person: str,
    region: str,
    start: str,
    hours: float,
    purpose: str = "",
    wait: bool = False,
    lang: Lang = "both",
) -> int:
    """Book a seat of one facility, or of several at the same time; a full one can be waited for.

    Example: yijiang facility book shared.db microscope --belt tiny --person "Ms Li" --region Upper
    --start 2031-03-03T09:00 --hours 2

    Parameters
    ----------
    place
        The bookings: a file, made if it is not there, or postgresql://….
    facilities
        One or more facilities.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    person
        Who it is for.
    region
        Region of the user.
    start
        Local time of the facility, as 2031-03-03T09:00, or with an offset.
    hours
        Length in quarters of an hour.
    purpose
        What for.
    wait
        Wait for a seat where none is free.
    lang
        Language of the text.
    """
    with open_bookings(place, belt, new=True) as opened:
        zone = opened.catalogue[facilities[0]].zone if facilities else None
        made = opened.book(
            facilities, person, region, _moment(start, zone), hours, purpose=purpose, wait=wait
        )  # fmt: skip
        _say_booking(made, opened.catalogue, lang)
    return 0


def release(place: str, id: str, /, *, belt: str = "yangtze2017", note: str = "", lang: Lang = "both") -> int:
    """Give a booking back; whoever waits for it is seated, the region with the least used share first.

    Example: yijiang facility release shared.db 3f2a --belt tiny

    Parameters
    ----------
    place
        The bookings.
    id
        Id of the booking, or its beginning.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    note
        Why.
    lang
        Language of the text.
    """
    with open_bookings(place, belt) as opened:
        _say_booking(opened.release(id, note), opened.catalogue, lang)
    return 0


def approve(
    place: str, id: str, /, *, belt: str = "yangtze2017", refuse: bool = False, note: str = "", lang: Lang = "both"
) -> int:
    """Approve a booking as the owner, or refuse it.

    Example: yijiang facility approve shared.db 3f2a --belt tiny

    Parameters
    ----------
    place
        The bookings.
    id
        Id of the booking, or its beginning.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    refuse
        Refuse it.
    note
        Why.
    lang
        Language of the text.
    """
    with open_bookings(place, belt) as opened:
        done = opened.refuse(id, note) if refuse else opened.approve(id, note)
        _say_booking(done, opened.catalogue, lang)
    return 0


def calendar(
    place: str,
    facility: str | None = None,
    /,
    *,
    belt: str = "yangtze2017",
    out: Path | None = None,
    lang: Literal["zh", "en"] = "en",
) -> int:
    """Write the bookings as an iCalendar file that any calendar program reads.

    Example: yijiang facility calendar shared.db microscope --belt tiny --out microscope.ics

    Parameters
    ----------
    place
        The bookings.
    facility
        One facility; all unless given.
    belt
        A built-in case, a folder of tables, or an .xlsx workbook.
    out
        The file; printed unless given.
    lang
        Language of the entries.
    """
    from yijiang.science.facilities.export import ical

    with open_bookings(place, belt) as opened:
        text = ical(opened, facility, lang)
    if out is None:
        show(text.replace("\r\n", "\n").rstrip("\n"))
        return 0
    write_text(out, text)
    show(str(out))
    return 0


def application() -> App:
    """Return the commands as a cyclopts application to hang under `yijiang`."""
    from cyclopts import App

    app = App(
        name="facility",
        help="Share facilities between regions: catalogue, booking, calendar, and where to put the next one.\n\n"
        "Example: yijiang facility list --belt tiny",
    )
    app.command(list_, name="list")
    for command in (check, book, release, approve, calendar, siting):
        app.command(command)
    return app
