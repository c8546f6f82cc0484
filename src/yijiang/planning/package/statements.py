"""Every line of the integer programme: its name, its formula, its unit and what it says in words.

The page docs/mathematics.md is written from these statements, and the programme names its constraints after them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Statement:
    """One variable, constraint or objective.

    Attributes
    ----------
    name
        Name in the programme.
    formula
        LaTeX.
    applies
        For which indices.
    unit
        Unit of both sides.
    words
        One line, English.
    zh
        The same line, Chinese.
    """

    name: str
    formula: str
    applies: str
    unit: str
    words: str
    zh: str


VARIABLES = (
    Statement("done", r"x_p \in \{0, 1\}", "every project p", "1", "the project is done", "项目实施"),
    Statement("scale", r"0 \le s_p \le 1", "every project p", "1", "share of its full size", "实施规模"),
    Statement("joint", r"0 \le y_{ab} \le 1", "every pair (a, b) that acts on one another", "1",
              "share of what the pair does beyond the sum of each alone", "两项目相互作用的份额"),
    Statement("wasted", r"u_c \ge 0", "every ceiling c that several projects can fill: a trade cost, a load", "1",
              "what is spent beyond the most that levers can do there", "超出杠杆上限而浪费的份额"),
    Statement("full", r"f_c \in \{0, 1\}", "every ceiling c", "1", "the ceiling is reached", "已达上限"),
    Statement("start", r"z_{pt} \in \{0, 1\}", "every project p and year t in which it may start", "1",
              "the project starts in that year", "在该年开工"),
    Statement("transfer", r"-\bar T \le T_n \le \bar T", "every partner n", "million a year",
              "side payment received (+) or paid (−)", "收到（+）或支付（−）的转移"),
    Statement("surplus", r"v_n \ge 0", "every partner n", "million a year",
              "gain after the transfer, beyond what the partner reaches alone", "转移后超出单干的收益"),
    Statement("known", r"w_k \in \{0, 1\}", "every package k tried in the full loop", "1",
              "the package is this one, so its figures are those of the full loop", "即为已完整计算的组合"),
)  # fmt: skip

CONSTRAINTS = (
    Statement("size", r"\underline s_p x_p \le s_p \le x_p", "every project p", "1",
              "a project is done at its smallest size or more, up to full size", "规模不小于最小规模，不大于全部规模"),
    Statement("both", r"s_a + s_b - 1 \le y_{ab} \le \min(s_a, s_b)", "every pair (a, b)", "1",
              "the pair acts when both are done", "两项目都实施时才相互作用"),
    Statement("wasted", r"u_c = \max(0, \textstyle\sum_p m_{cp} s_p - 1)", "every ceiling c", "1",
              "what projects spend beyond the most that levers can do in a cell is wasted",
              "同一处超出上限的投入没有效果"),
    Statement("surplus_of",
              r"v_n = \sum_p (g_{pn} - c_{pn}) s_p + \sum_{ab} q_{abn} y_{ab} - \sum_c \lambda_{cn} u_c"
              r" + \sum_k e_{kn} w_k + T_n - a_n",
              "every partner n", "million a year",
              "surplus = gain of the package + transfer − what the partner reaches alone",
              "盈余＝组合收益＋转移−单干收益"),
    Statement("transfers_cancel", r"\sum_n T_n = 0", "once", "million a year",
              "what is paid is received", "付出等于收到"),
    Statement("ecology",
              r"\sum_p h_{po} s_p + \sum_{ab} r_{abo} y_{ab} - \sum_c \mu_{co} u_c + \sum_k f_{ko} w_k \le \bar h_o",
              "every section and pollutant o that the partners' loads reach, limits and agreed targets", "mg/L",
              "no section goes over its limit, and every agreed reduction is reached", "断面不超限，约定的削减要达到"),
    Statement("ecology_yearly",
              r"\sum_p h_{po} \sum_{t' \le t} b_{pt't} s_{pt'} \le \bar h_o",
              "every limit o (not the targets) and year t, when years are planned", "mg/L",
              "no limit is broken on the way: what pollutes waits for what cleans", "建设过程中也不超限"),
    Statement("requires", r"x_a \le x_b", "every project a that needs b", "1",
              "a project only with the one it needs", "须先有前置项目"),
    Statement("excludes", r"x_a + x_b \le 1", "every two projects that exclude each other", "1",
              "not both of two that exclude each other", "互斥项目只选其一"),
    Statement("starts", r"\sum_t z_{pt} = x_p", "every project p, when years are planned", "1",
              "a project that is done starts once", "实施的项目只开工一次"),
    Statement("later", r"\sum_{t' \le t} z_{at'} \le \sum_{t' \le t} z_{bt'}",
              "every project a that needs b, and year t", "1",
              "a project starts no earlier than the one it needs", "不早于前置项目开工"),
    Statement("budget", r"\sum_p \sum_{t'} k_{pnt't} z_{pt'} \le B_{nt}", "every partner n and year t with a budget",
              "million", "what a partner spends in a year stays within its budget", "各方每年支出不超预算"),
    Statement("is_known", r"1 - d_k(x) \le w_k \le 1 - d_k(x) / P", "every package k tried in the full loop", "1",
              "marks a package whose figures are known (d counts the projects that differ)", "标记已完整计算的组合"),
    Statement("not_again", r"d_k(x) \ge 1", "every package k that is set aside", "1",
              "a package that is set aside is not chosen again", "已排除的组合不再选"),
)  # fmt: skip

OBJECTIVES = (
    Statement("total", r"\max \sum_n v_n", "objective total, and eps", "million a year",
              "the largest joint gain", "联合收益最大"),
    Statement("nash", r"\max \sum_n \ln v_n", "objective nash", "ln of million a year",
              "the largest product of the surpluses (Nash 1950), by tangents to the logarithm", "盈余乘积最大（纳什）"),
    Statement("maxmin", r"\max \min_n v_n", "objective maxmin", "million a year",
              "the smallest surplus as large as possible", "最小盈余尽量大"),
)  # fmt: skip


def page() -> str:
    """The documentation page of the programme, as Markdown."""
    lines = [
        "# The integer programme of a plan",
        "",
        "Written by `python -m yijiang.planning.package.statements` from the statements the programme itself is named",
        "after; a test keeps the two the same. Responses g, q, h, r come from full evaluations of single projects and",
        "pairs; e and f correct them for every package tried in the full loop, so the figures of those are exact.",
        "With years, g and q count at the worth of the start: the annual equivalent of a stream that begins then and",
        "builds up over the ramp.",
        "",
    ]
    for title, statements in (("Variables", VARIABLES), ("Constraints", CONSTRAINTS), ("Objectives", OBJECTIVES)):
        lines += [f"## {title}", ""]
        for s in statements:
            lines += [f"**{s.name}** — {s.words} · {s.zh}", "", f"$${s.formula}$$", ""]
            lines += [f"for {s.applies} [{s.unit}]", ""]
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
