"""Monitoring tables as people keep them: weekly or monthly values of sections, wide or long, Chinese or English."""

from __future__ import annotations

import io
import re
from pathlib import Path

import numpy as np
import pandas as pd

from yijiang.errors import DataError, Finding, OptionError
from yijiang.river.cells import label
from yijiang.river.network import RiverNetwork

FLOW = "flow"
_HEADERS = {
    "section": ("section", "station", "site", "断面", "断面名称", "站点", "站点名称", "点位", "点位名称", "监测断面"),
    "date": ("date", "time", "week", "month", "日期", "时间", "监测时间", "监测日期", "周", "月份", "月", "周次"),
    "pollutant": ("pollutant", "parameter", "indicator", "指标", "参数", "项目", "监测项目", "污染物"),
    "value": ("value", "concentration", "result", "数值", "浓度", "监测值", "结果", "值"),
    "unit": ("unit", "units", "单位"),
}
_PARAMETERS = {
    "TP": ("tp", "total phosphorus", "总磷"),
    "TN": ("tn", "total nitrogen", "总氮"),
    "NH3-N": ("nh3-n", "nh4-n", "ammonia nitrogen", "ammonia", "氨氮"),
    "CODMn": ("codmn", "permanganate index", "高锰酸盐指数"),
    "COD": ("cod", "codcr", "chemical oxygen demand", "化学需氧量"),
    "BOD5": ("bod5", "bod", "五日生化需氧量", "生化需氧量"),
    "DO": ("do", "dissolved oxygen", "溶解氧"),
    "pH": ("ph", "ph值"),
    FLOW: ("flow", "discharge", "q", "流量"),
}
_SAME = {
    "mg/L": ("mg/l", "mg·l-1", "mg·l⁻¹", "毫克/升", "g/m3", "g/m³", "ppm"),
    "m³/s": ("m3/s", "m³/s", "m^3/s", "cms", "立方米/秒", "立方米每秒"),
    "-": ("-", "1", "无量纲", "none"),
}
_REMEDY = {
    "m³/s": "give m³/s: divide a volume by the seconds of its step",
    "mg/L": "give mg/L (1 µg/L is 0.001 mg/L); a load is not a concentration",
    "-": "pH has no unit",
}
_NOTHING = {"", "-", "--", "—", "/", "na", "n/a", "nan", "null", "缺测", "停运", "断流", "维护"}
_BELOW = {"nd", "未检出", "l"}


def read_monitoring(
    source: str | Path | pd.DataFrame,
    *,
    units: dict[str, str] | None = None,
    network: RiverNetwork | None = None,
    detection: dict[str, float] | None = None,
) -> pd.DataFrame:
    """Read a table of monitored values.

    Two forms are known by their headers, in English or Chinese: long (section, date, parameter, value, unit) and wide
    (section, date, and a column for each parameter, its unit in the header: "TP (mg/L)", "总磷（mg/L）"). Dates may be
    days, months ("2018-03", "2018年3月") or weeks ("2018-W12", "2018年第12周").

    Parameters
    ----------
    source
        A CSV file (UTF-8 or GB 18030), or a DataFrame.
    units
        Unit by parameter where the table does not state it.
    network
        A river: its sections are then matched by identifier, English or Chinese name.
    detection
        Limit of detection by parameter [mg/L], for cells that only say "ND" or 未检出.

    Returns
    -------
    DataFrame
        `section`, `time` (first day of the period), `month`, `pollutant`, `value`, `unit` ("mg/L", "m³/s", "-"),
        `censored` (the value is a limit of detection, written "<0.01" or "0.01L"). Cells without a value are left out.

    Raises
    ------
    DataError
        Everything at once: units that are missing or wrong by name (a load in t/yr, water in m³ per step), values that
        are negative or no numbers, dates, sections and parameters that are not known, values given twice.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"断面名称": ["甲", "乙"], "日期": ["2018年第2周", "2018-01-08"], "总磷(mg/L)": ["0.08", "<0.01"]}
    ... )
    >>> read_monitoring(table)[["section", "time", "pollutant", "value", "censored"]].astype(str).to_numpy().tolist()
    [['甲', '2018-01-08', 'TP', '0.08', 'False'], ['乙', '2018-01-08', 'TP', '0.01', 'True']]
    """
    frame = source if isinstance(source, pd.DataFrame) else _read_csv(Path(source))
    found: list[Finding] = []
    roles: dict[str, str] = {}
    values: list[tuple[str, str, str]] = []
    for column in frame.columns:
        name, unit = _split_header(str(column))
        role = next((r for r, words in _HEADERS.items() if name in words), None)
        parameter = _parameter(name)
        if role is not None and role not in roles:
            roles[role] = column
        elif parameter is not None:
            values.append((column, parameter, unit))
    for role in ("section", "date"):
        if role not in roles:
            remedy = f"name it one of: {', '.join(_HEADERS[role])}"
            found.append(Finding("monitoring", 0, role, "", "the column is missing", remedy))
    long = "pollutant" in roles and "value" in roles
    if not long and not values:
        remedy = f"name columns after parameters ({', '.join(_PARAMETERS)}), or give parameter and value columns"
        found.append(Finding("monitoring", 0, "value", "", "no column of values is recognised", remedy))
    if found:
        raise DataError(found)
    given = {**{_parameter(k.casefold()) or k: v for k, v in (units or {}).items()}}
    rows = _long_rows(frame, roles, given, found) if long else _wide_rows(frame, values, given, found)
    sections = _sections(frame[roles["section"]], network, found)
    dates = _dates(frame[roles["date"]], found)
    listed = []
    for row, column, parameter, unit, cell in rows:
        number = _number(cell, row, column, parameter, detection or {}, found)
        if number is not None and sections[row] is not None and dates[row] is not None:
            listed.append((row, sections[row], dates[row], parameter, number[0], unit, number[1]))
    seen: dict[tuple[object, ...], int] = {}
    for row, *key in ((r[0], *r[1:4]) for r in listed):
        if tuple(key) in seen:
            problem, remedy = f"the value stands in line {seen[tuple(key)] + 2} already", "keep one of the two"
            found.append(Finding("monitoring", row + 2, str(key[2]), str(key[0]), problem, remedy))
        seen.setdefault(tuple(key), row)
    if found:
        raise DataError(found)
    columns = ["row", "section", "time", "pollutant", "value", "unit", "censored"]
    table = pd.DataFrame(listed, columns=columns).drop(columns="row")
    table["time"] = pd.to_datetime(table["time"])
    table.insert(2, "month", table["time"].dt.month)
    return table


def _read_csv(path: Path) -> pd.DataFrame:
    """Read a CSV in either encoding, every cell as text."""
    try:
        raw = path.read_bytes()
    except OSError as failed:
        raise OptionError(f"{str(path)!r} can't be read: {failed.strerror}") from failed
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            return pd.read_csv(io.StringIO(raw.decode(encoding)), dtype=str, keep_default_na=False)
        except UnicodeDecodeError:
            continue
    raise OptionError(f"{str(path)!r} is neither UTF-8 nor GB 18030")


def _split_header(text: str) -> tuple[str, str]:
    """Name and unit of a header: "总磷（mg/L）" → ("总磷", "mg/L")."""
    match = re.fullmatch(r"\s*(.*?)\s*(?:[(\[（【]\s*(.*?)\s*[)\]）】])?\s*", text)
    assert match is not None
    return match.group(1).casefold(), match.group(2) or ""


def _parameter(name: str) -> str | None:
    folded = name.strip().casefold().replace("₃", "3").replace("₅", "5")
    return next((p for p, words in _PARAMETERS.items() if folded in words), None)


def _unit(stated: str, parameter: str, row: int, column: str, found: list[Finding]) -> str:
    """Canonical unit of a parameter, or a finding that names the wrong one."""
    wanted = "m³/s" if parameter == FLOW else "-" if parameter == "pH" else "mg/L"
    word = stated.strip().casefold()
    if not word and wanted == "-":
        return wanted
    if not word:
        problem, remedy = (
            f"the unit of {parameter} is not stated",
            f'say it in the header or units={{"{parameter}": "{wanted}"}}',
        )
        found.append(Finding("monitoring", row, column, "", problem, remedy))
    elif word not in _SAME[wanted]:
        found.append(Finding("monitoring", row, column, stated, f"{parameter} must be in {wanted}", _REMEDY[wanted]))
    return wanted


def _wide_rows(
    frame: pd.DataFrame, values: list[tuple[str, str, str]], units: dict[str, str], found: list[Finding]
) -> list[tuple[int, str, str, str, str]]:
    rows = []
    for column, parameter, stated in values:
        unit = _unit(stated or units.get(parameter, ""), parameter, 0, column, found)
        rows += [(i, column, parameter, unit, label(cell)) for i, cell in enumerate(frame[column])]
    return sorted(rows, key=lambda r: r[0])


def _long_rows(
    frame: pd.DataFrame, roles: dict[str, str], units: dict[str, str], found: list[Finding]
) -> list[tuple[int, str, str, str, str]]:
    rows = []
    _, header = _split_header(str(roles["value"]))
    for i, (word, cell) in enumerate(zip(frame[roles["pollutant"]], frame[roles["value"]], strict=True)):
        parameter = _parameter(label(word))
        if parameter is None:
            remedy = f"known: {', '.join(_PARAMETERS)}"
            found.append(Finding("monitoring", i + 2, roles["pollutant"], label(word), "no such parameter", remedy))
            continue
        own = label(frame[roles["unit"]].iloc[i]) if "unit" in roles else ""
        unit = _unit(own or header or units.get(parameter, ""), parameter, i + 2, roles.get("unit", "unit"), found)
        rows.append((i, roles["value"], parameter, unit, label(cell)))
    return rows


def _sections(cells: pd.Series, network: RiverNetwork | None, found: list[Finding]) -> list[str | None]:
    """Identifiers of sections; without a network the names as they are."""
    names = [label(v) for v in cells]
    result: list[str | None] = [name or None for name in names]
    for i, name in enumerate(names):
        if not name:
            found.append(Finding("monitoring", i + 2, "section", "", "no name", "name the section of every row"))
    if network is not None:
        table = network.sections
        known = {}
        for column in ("section", "name_en", "name_zh"):
            known.update(
                {str(v).strip().casefold(): key for v, key in zip(table[column], table["section"], strict=True)}
            )
        for i, name in enumerate(names):
            if name and name.casefold() not in known:
                remedy = f"known: {', '.join(network.section_names[:20])}"
                found.append(Finding("monitoring", i + 2, "section", name, "there is no such section", remedy))
            result[i] = known.get(name.casefold())
    return result


def _dates(cells: pd.Series, found: list[Finding]) -> list[pd.Timestamp | None]:
    """First day of the day, week or month a cell names."""
    result: list[pd.Timestamp | None] = []
    for i, cell in enumerate(cells):
        text = cell.strftime("%Y-%m-%d") if isinstance(cell, pd.Timestamp) else label(cell)
        stamp: pd.Timestamp | None = None
        week = re.fullmatch(r"(\d{4})\s*(?:年\s*第?|-?W|[-/ ]week ?)\s*(\d{1,2})\s*周?", text, re.IGNORECASE)
        parts = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*(?:[-/.月]?\s*(\d{1,2})\s*日?|月)?(?:[T ].*)?", text)
        try:
            if week and ("周" in text or "w" in text.casefold()):
                stamp = pd.Timestamp.fromisocalendar(int(week.group(1)), int(week.group(2)), 1)
            elif parts:
                stamp = pd.Timestamp(int(parts.group(1)), int(parts.group(2)), int(parts.group(3) or 1))
        except ValueError:
            stamp = None
        if stamp is None:
            problem, remedy = "not a date", "write 2018-03-05, 2018-03, 2018年3月, 2018-W12 or 2018年第12周"
            found.append(Finding("monitoring", i + 2, "date", text, problem, remedy))
        result.append(stamp)
    return result


def _number(
    cell: str, row: int, column: str, parameter: str, detection: dict[str, float], found: list[Finding]
) -> tuple[float, bool] | None:
    """Value of a cell and whether it is a limit of detection; None where there is none."""
    text = cell.strip()
    folded = text.casefold()
    if folded in _NOTHING:
        return None
    if folded in _BELOW:
        if parameter in detection:
            return float(detection[parameter]), True
        problem, remedy = "below a limit of detection that is not stated", f'give detection={{"{parameter}": …}}'
        found.append(Finding("monitoring", row + 2, column, text, problem, remedy))
        return None
    censored = bool(re.fullmatch(r"[<＜]\s*[\d.]+|[\d.]+\s*[lL]", text))
    try:
        value = float(re.sub(r"[<＜lL\s]", "", text) if censored else text)
    except ValueError:
        value = np.nan
    if not (np.isfinite(value) and value >= 0):
        problem = "negative" if value < 0 else "not a number"
        found.append(Finding("monitoring", row + 2, column, text, problem, "enter a number of at least 0, or nothing"))
        return None
    return value, censored
