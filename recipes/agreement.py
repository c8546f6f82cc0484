"""The agreement of the case yangtze2017: what Hubei and Jiangsu said in April 2021, in our own words.

Run ``python recipes/agreement.py SOURCE_FOLDER [--out CASE_FOLDER]``; the source folder holds ``seed.txt`` (the report)
and ``seed_gold.json`` (its annotation), or a folder ``agenda`` beside or below it does.

The report states no owner, no deadline and no amount for anything, so these columns stay blank; it does not say on
which of the two days the symposium was held either. Only public roles are told, no names of persons. The recipe stops
if the report is another one than annotated, if the annotation counts other dates, areas, sites or topics than the
table, if a sentence here repeats a run of the report, or if a name of a person slips in.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from pathlib import Path
from typing import Any

COLUMNS = "record,item,name_en,name_zh,said_en,said_zh,region,owner,deadline,amount,source,status"
LONGEST_RUN = 10  # characters in a row that a sentence may share with the report

# record|item|region|name_en|name_zh, then said_en, then said_zh on indented lines
RECORDS = """
side|Hubei|Hubei|Hubei, the visiting side|湖北(来访方)
    Led by the Party secretary and the governor; thanked Jiangsu for its medical help in 2020 and came to learn.
    由省委书记和省长率团;感谢江苏2020年的医疗支援,并表示此行重在学习。
side|Jiangsu|Jiangsu|Jiangsu, the host|江苏(东道主)
    Received by the Party secretary and the governor; wants the closeness of 2020 to become practical cooperation.
    由省委书记和省长接待;希望把2020年结下的情谊变成务实合作。
date|2021-04-15||First day of the visit, 15 April 2021|访问首日(2021年4月15日)
    The visit began; the report does not say which day the symposium was held.
    访问开始;报道未说明座谈会在哪一天举行。
date|2021-04-16||Second day of the visit, 16 April 2021|访问次日(2021年4月16日)
    The visit ended.
    访问结束。
date|2021-04-17||Day of the report, 17 April 2021|报道日期(2021年4月17日)
    The newspaper of the visiting side reported the visit.
    来访方的省报刊登了访问消息。
site|turing_institute|Jiangsu|Turing artificial intelligence institute, Nanjing|图灵人工智能研究院(南京)
    Shown: how an institute serves firms with shared technology, gathers talent and brings results to the market.
    看点:研究院如何为企业提供共性技术、汇聚人才并推动成果走向市场。
site|simcere|Jiangsu|Simcere pharmaceutical group|先声药业集团
    Shown: an open platform of a drug maker that takes in projects of other innovators.
    看点:药企自建开放平台,吸纳外部创新团队和项目。
site|suzhou_park|Jiangsu|Suzhou Industrial Park, exhibition centre|苏州工业园区展示中心
    Shown: international trade rules as the yardstick, the climb along the value chain and service to business.
    看点:对照国际规则办园区、向价值链高处走、改进对企业的服务。
site|innovent|Jiangsu|Innovent Biologics, Suzhou|信达生物制药(苏州)
    Shown: research on new drugs together with partners abroad.
    看点:与境外伙伴一起研发新药。
site|unigroup_cloud|Jiangsu|Unigroup industrial cloud experience centre|紫光工业云体验中心
    Shown: building an industrial-internet platform for factories.
    看点:面向工厂的工业互联网平台如何搭建。
area|river||Protection of the Yangtze|长江保护
    Hubei's side proposed to put ecology first and to protect the river jointly, so that clean water keeps flowing east.
    湖北方面提出生态放在首位,两省一起保护长江,让清水长流。
area|transport||Transport along the river|沿江交通运输
    Hubei's side proposed to work together on one transport system of several modes along the Yangtze.
    湖北方面提出合作建设沿江多种方式衔接的运输体系。
area|industry||Industry|产业合作
    Hubei's side proposed that the two complete each other in technology, supply chains, markets and capital.
    湖北方面提出两省在技术、供应链、市场和资金上互相补足。
area|science||Science and technology|科技创新合作
    Hubei's side proposed that strong research bodies settle in each other's province and that facilities be shared.
    湖北方面提出科研机构到对方省落户,科研设施互相开放。
area|culture||Culture and tourism|文化旅游
    Hubei's side proposed to care for the culture of the Yangtze jointly, hand it on, and work together in tourism.
    湖北方面提出共同守护、延续长江文化,并在旅游上合作。
topic|regional_economy|Hubei|Regional economy|区域经济
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
topic|county_economy|Hubei|County economy|县域经济
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
topic|real_economy|Hubei|Real economy|实体经济
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
topic|park_economy|Hubei|Industrial parks|园区经济
    Named by Hubei's side as something to learn; after Suzhou it spoke of raising the standard of its own parks.
    湖北方面列为学习内容;看过苏州后表示要提升本省园区水平。
topic|science_innovation|Hubei|Innovation in science and technology|科技创新
    Named by Hubei's side as something to learn; after Nanjing it spoke of tying innovation and industry closer.
    湖北方面列为学习内容;看过南京后表示要让创新与产业结合更紧。
topic|ecological_protection|Hubei|Protection of nature|生态保护
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
topic|manufacturing|Hubei|Manufacturing|制造业
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
topic|agricultural_industrialisation|Hubei|Farming as an industry|农业产业化
    Named by Hubei's side as something to learn from Jiangsu.
    湖北方面列为向江苏学习的内容。
"""


def find(folder: Path, name: str) -> Path:
    """Path of a source file in the folder, or in a folder agenda below or beside it."""
    for place in (folder, folder / "agenda", folder.parent / "agenda"):
        if (place / name).is_file():
            return place / name
    raise FileNotFoundError(f"{name} is not in {folder}, nor in a folder agenda below or beside it")


def rows() -> list[dict[str, str]]:
    """Rows of the table; owner, deadline and amount blank."""
    lines = RECORDS.replace("\n    ", "|").strip().split("\n")
    keys = ("record", "item", "region", "name_en", "name_zh", "said_en", "said_zh")
    blank = dict.fromkeys(COLUMNS.split(","), "")
    known = {"source": "agreement_report", "status": "official"}
    return [{**blank, **dict(zip(keys, line.split("|"), strict=True)), **known} for line in lines]


def longest_shared_run(sentence: str, text: str) -> str:
    """Longest run of characters that the sentence shares with the text.

    >>> longest_shared_run("abcdef", "xxbcdxx")
    'bcd'
    """
    best = ""
    for i in range(len(sentence)):
        while i + len(best) < len(sentence) and sentence[i : i + len(best) + 1] in text:
            best = sentence[i : i + len(best) + 1]
    return best


def check(table: list[dict[str, str]], text: str, gold: dict[str, Any]) -> None:
    """Stop if the table does not fit the report and its annotation, repeats it, or names a person."""
    if hashlib.sha256(text.encode()).hexdigest() != gold["sha256"]:
        raise ValueError("seed.txt is not the report that seed_gold.json annotates")
    topics = next(fact["topics"] for fact in gold["facts"] if fact["kind"] == "learning_topics" and fact["speaker"])
    event = gold["event"]
    wanted = {
        "side": len({event["visitor_region"], event["host_region"]}),
        "date": len({event["date_start"], event["date_end"], event["published"][:10]}),
        "site": len(gold["sites"]),
        "area": len(gold["areas"]),
        "topic": len(topics),
    }
    found = {record: sum(row["record"] == record for row in table) for record in wanted}
    if found != wanted:
        raise ValueError(f"the table has {found}, the annotation {wanted}")
    names = [person["name"] for key in ("participants", "non_participants") for person in gold[key]]
    # Two of these stand inside the name of an institute and of a firm.
    people = [name for name in names if name not in ("图灵", "紫光")]
    for row in table:
        run = longest_shared_run(row["said_zh"], text)
        if len(run) > LONGEST_RUN:
            raise ValueError(f"{row['item']}: repeats the report: {run}")
        told = [name for name in people if any(name in cell for cell in row.values())]
        if told:
            raise ValueError(f"{row['item']}: names a person")


def main() -> None:
    """Write the table and print what it holds."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("source", type=Path, help="folder of the report and its annotation")
    case = Path(__file__).resolve().parents[1] / "src/yijiang/belt/cases/yangtze2017"
    parser.add_argument("--out", type=Path, default=case, help="folder of the case")
    arguments = parser.parse_args()
    table = rows()
    text = find(arguments.source, "seed.txt").read_bytes().decode("utf-8")
    check(table, text, json.loads(find(arguments.source, "seed_gold.json").read_text(encoding="utf-8")))
    arguments.out.mkdir(parents=True, exist_ok=True)
    with (arguments.out / "agreement.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS.split(","), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
    print(f"{len(table)} records; owner, deadline and amount: not stated")


if __name__ == "__main__":
    main()
