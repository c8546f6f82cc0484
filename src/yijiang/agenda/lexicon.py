"""The words that tell an area of cooperation, a facet of it, and what a sentence does."""

from __future__ import annotations

import re
from functools import cache

AREAS: dict[str, str] = {
    "river_protection": (
        "大保护|生态优先|绿色发展|一江清水|清水|水质|水环境|水生态|水资源|污染|治污|排污|断面|岸线|禁渔|十年禁渔|生态补偿|生态环境|生态保护|生态修复|"
        "联防联控|联保共治|共保联治|河长|湖长|流域治理|总磷|湿地|饮用水|源头|蓝藻|减排|环保|水源涵养|水源地|绿水青山|江豚|水土保持|防沙治沙|消落带|漂浮物"
    ),
    "integrated_transport": (
        "交通|航道|航运|港口|港航|码头|铁路|高铁|公路|高速|机场|航线|多式联运|水运|物流|通道|船闸|班列|互联互通|联运|过江|大桥|隧道|枢纽|江海直达|江海联运|断头路"
    ),
    "industry": (
        "产业|产业链|供应链|制造|工业|园区|企业|投资|招商|市场|资本|金融|贸易|经贸|商贸|互利共赢|优势互补|飞地|项目落地|装备|汽车|电子信息|新能源|建材|化工|"
        "价值链|实体经济|数字经济|智能制造|工业互联网"
    ),
    "science_technology": "科技|创新平台|科研|科学|实验室|研究院|技术攻关|设施共享|"
    "成果转化|中试|创新合作|大科学装置|协同创新|技术创新|仪器|院士|高校",
    "culture_tourism": "文化|旅游|文旅|遗产|博物馆|景区|非遗|客源|线路|旅行|戏曲|古城|文物|体育赛事",
    "agriculture": "农业|农产品|粮食|乡村振兴|农村|茶叶|柑橘|种业|水产|畜牧|"
    "草畜|青稞|养殖|牦牛|饲草|苜蓿|蓝莓|水果|良种|特色产品|农特",
    "health_education": "医疗|卫生|教育|养老|社保|职业院校|学校|医院|医保|公共服务|"
    "就业|劳务|社会保障|门诊|诊疗|检查结果|职业教育",
    "talent": "人才|干部|挂职|培训|选派|技术骨干|跟班|互派",
    "business_environment": "营商环境|政务服务|跨省通办|放管服|审批|信用|市场准入|互认",
    "mutual_aid": "援鄂|援助|驰援|支援|捐赠|应急|救灾|抗疫|疫情|防汛|救援|对口支援|帮扶",
    "benchmark": "学习借鉴|学习江苏|先进经验|经验做法|好经验|好做法|对标|取经|学习",
}
"""Words per area; an area with a longer or second word of its own wins."""

FACETS: dict[str, tuple[tuple[str, str], ...]] = {
    "industry": (
        ("technology", "技术"),
        ("industry_chain", "产业链|供应链|上下游|配套"),
        ("market", "市场|贸易|商贸|经贸"),
        ("capital", "资本|投资|金融|基金"),
        ("parks", "园区|飞地|产业园"),
    ),
    "science_technology": (
        ("mutual_siting", "相互布局|互设|布局"),
        ("facility_sharing", "设施共享|仪器|共享|开放"),
        ("joint_research", "攻关|联合研发|协同创新"),
        ("transfer", "成果转化|转移转化"),
    ),
    "integrated_transport": (
        ("waterway", "航道|水运|航运|船闸|江海"),
        ("port", "港口|港航|码头|联运"),
        ("rail", "铁路|高铁|班列"),
        ("road", "公路|高速|大桥|断头路"),
        ("air", "机场|航线"),
    ),
    "river_protection": (
        ("water_quality", "水质|污染|断面|总磷|清水"),
        ("compensation", "补偿"),
        ("fishing_ban", "禁渔"),
        ("joint_enforcement", "联防|联保|共保|执法"),
    ),
    "culture_tourism": (("culture", "文化|遗产|非遗|文物"), ("tourism", "旅游|文旅|线路|客源|景区")),
}

TOPICS = (
    ("regional_economy", "区域经济"),
    ("county_economy", "县域经济"),
    ("real_economy", "实体经济"),
    ("park_economy", "园区经济"),
    ("science_innovation", "科技创新"),
    ("ecological_protection", "生态保护|生态环境保护"),
    ("manufacturing", "制造业"),
    ("agricultural_industrialisation", "农业产业化"),
    ("trade_rules", "国际经贸规则"),
    ("value_chain", "价值链"),
    ("global_innovation_resources", "创新资源"),
    ("business_environment", "营商环境"),
    ("drug_research", "创新药"),
    ("industrial_internet", "工业互联网"),
)

CONTEXT = re.compile(
    r"总书记|党中央|重要讲话|重要指示|新时代|新发展格局|新发展阶段|新发展理念|国家战略|重大战略|二十大|十九大|党史|主题教育|全会精神|使命"
)
JOINT = re.compile(
    r"共同|共抓|共建|共享|共保|共促|共商|共谋|共担|共创|共治|携手|合作|两省|两市|两县|两地|三省|三地|四省|各地|各方|双方|三方|协同|协作|一体|联动|联合|联手|"
    r"互利|互补|相互|互相|互联|互认|互通|对接|加强与|同.{1,6}一道"
)
LEARN = re.compile(r"学习借鉴|学习.{0,18}(?:经验|做法|模式|理念)|借鉴|对标|取经|虚心学习|认真学习|学习先进")
REQUEST = re.compile(
    r"希望|恳请|盼望|期待|期盼|请.{1,12}(?:支持|帮助|指导)|恳望|寄望|诚邀|欢迎.{0,16}(?:来|到|赴|投资)"
)
PAST = re.compile(
    r"去年|近年来|近年|多年来|长期以来|一直以来|过去|曾经|先后|已经|已有|截至|历史上|此前|取得(?:了|积极|显著|明显|较好|良好)|[\d一二三四五六七八九十]年来|作出了|交出了|创造了|派出|捐赠了?|"
    r"给予了|以来"
)
WILL = re.compile(
    r"要|将|愿|希望|推动|深化|加强|加快|推进|打造|建设|共同|共抓|携手|确保|坚持|持续|进一步|努力|积极|全力|支持|开展|建立|完善|强化|拓展|促进|扩大|提升|健全|保护|"
    r"恳请|期待|着力|做好|实施|力争|争取|探索|联合|联手|共建|共享|互派|互设|设立|举办|开行|打通|供应|实行|选派|承接|组织|创新|引导|培育|筹建|搭建|新建|引进|输送|培训|投入|对接|提速|"
    r"把.{1,20}(?:转化|建成|打造)|在.{2,16}上"
)
THANKS = re.compile(r"感谢|谢意|铭记|感恩")
WELCOME = re.compile(r"热烈欢迎|表示欢迎|欢迎.{0,12}(?:一行|来访|代表团)")
PRAISE = re.compile(
    r"钦佩|崇敬|显著成效|优异答卷|良好态势|良好发展态势|有目共睹|值得.{0,6}学习|作出了重大贡献|欣慰|优势|令人"
)
AID_PAST = re.compile(r"援鄂医疗队|医疗队|驰援|捐赠资金|捐赠物资|对口支援|抗疫")
BRIEFING = re.compile(r"(?:分别|先后)?(?:介绍|通报)了?(?:.{0,14})(?:情况|概况)")
ATTENDANCE = re.compile(r"(?:参加|出席|陪同|列席)(?:了)?(?:有关|相关|上述|座谈|会议|活动|考察|调研|签约|会见|。|学习)")


@cache
def _areas() -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((code, re.compile(words)) for code, words in AREAS.items())


def area_of(clause: str) -> tuple[str | None, int]:
    """Return the area that the words of a clause speak for most, and how strongly; (None, 0) where none does.

    >>> area_of("共同打造长江综合交通运输体系")[0], area_of("我们表示感谢")[0]
    ('integrated_transport', None)
    """
    best, most = None, 0
    for code, words in _areas():
        score = sum(len(w) for w in set(words.findall(clause)))
        if score > most:
            best, most = code, score
    return best, most


def labels_of(sentence: str) -> list[str]:
    """Return every area that a sentence touches, the strongest first."""
    scored = [(sum(len(w) for w in set(words.findall(sentence))), code) for code, words in _areas()]
    return [code for score, code in sorted(scored, key=lambda s: -s[0]) if score > 0]


def strong_labels(words: str) -> list[str]:
    """Return the areas that some words speak for at least half as much as for the strongest.

    >>> strong_labels("文旅、职业教育两份备忘录")
    ['health_education', 'culture_tourism']
    """
    scored = [(sum(len(w) for w in set(pattern.findall(words))), code) for code, pattern in _areas()]
    most = max(score for score, _ in scored)
    return [code for score, code in sorted(scored, key=lambda s: -s[0]) if score > 0 and score * 2 >= most]


def facets_of(area: str, clause: str) -> tuple[str, ...]:
    """Return the facets of an area that a clause names.

    >>> facets_of("industry", "在技术、产业链、市场、资本等方面优势互补")
    ('technology', 'industry_chain', 'market', 'capital')
    """
    return tuple(name for name, words in FACETS.get(area, ()) if re.search(words, clause))
