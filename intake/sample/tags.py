"""Tags by rules over what a customer has; each with its reason, some of them expiring."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from intake.sample.clients import Calendar, Client, Contact, Grant, Policy
from intake.sample.frame import ENTRIES
from intake.sample.interactions import COMPLAINT_SUBJECTS

SOURCE_OF = {entry["code"]: entry["source"] for entry in ENTRIES}
NIGHTLY_RUN = 2 * 60  # minutes after midnight
Found = tuple[str, str, date, date | None]  # tag, evidence, true since, true until


@dataclass(frozen=True)
class Facts:
    """What the rules look at; running: policies in force on which the client is applicant."""

    client: Client
    today: date
    age: int | None
    running: list[Policy]
    yearly: int
    complaint: Contact | None
    complained: date | None
    last_contact: date | None

    @property
    def lines(self) -> set[str]:
        return {policy.product.line for policy in self.running}


def facts_of(calendar: Calendar, client: Client) -> Facts:
    running = [policy for policy in client.held if policy.status == "IN_FORCE"]
    complaints = [contact for contact in client.contacts if contact.subject in COMPLAINT_SUBJECTS]
    complaint = max(complaints, key=lambda contact: contact.occurred, default=None)
    last = max((contact.occurred for contact in client.contacts), default=None)
    return Facts(
        client,
        calendar.today,
        calendar.age(client.birth) if client.birth else None,
        running,
        sum(policy.premium for policy in running),
        complaint,
        calendar.day_of(complaint.occurred) if complaint else None,
        calendar.day_of(last) if last else None,
    )


def label(dice: Random, calendar: Calendar, client: Client) -> None:
    """Give a client its tags."""
    if client.gone:
        return
    facts = facts_of(calendar, client)
    for rule in RULES:
        for found in rule(facts):
            client.tags.append(_by_rule(dice, calendar, client, found))
    for tag, share, evidence, days in BY_CHANCE:
        if dice.random() < share * (1.0 if client.involved else 0.45) and _may_have(facts, tag):
            client.tags.append(_by_chance(dice, calendar, client, (tag, evidence, days)))


def _by_rule(dice: Random, calendar: Calendar, client: Client, found: Found) -> Grant:
    """The nightly run finds it in the night after it came true; it was first run a year ago."""
    tag, evidence, since, until = found
    first = max(since + timedelta(days=1), client.since, calendar.today - timedelta(days=365))
    day = min(first, calendar.today - timedelta(days=1)) if since < calendar.today else calendar.today
    day = max(day, client.since)
    minutes = NIGHTLY_RUN + int(dice.random() * 50) if day < calendar.today else 0
    expires = calendar.at(until + timedelta(days=1), 0) if until else None
    return Grant(tag, SOURCE_OF[tag], evidence, calendar.at(day, minutes), expires)


def _by_chance(dice: Random, calendar: Calendar, client: Client, what: tuple[str, str, int | None]) -> Grant:
    tag, evidence, days = what
    age = int(dice.random() * min(500, (calendar.today - client.since).days))
    day = calendar.today - timedelta(days=age)
    assigned = calendar.at(day, 10 * 60 + int(dice.random() * 480)) if age else calendar.midnight
    expires = calendar.at(day + timedelta(days=days), 0) if days else None
    ended = None
    if expires is None and age > 90 and dice.random() < 0.05:
        ended = calendar.at(calendar.today - timedelta(days=age // 2), 11 * 60)
    score = f"{0.8 + dice.random() * 0.19:.2f}"
    return Grant(tag, SOURCE_OF[tag], evidence.replace("{score}", score), assigned, expires, ended)


def _may_have(facts: Facts, tag: str) -> bool:
    if not facts.client.is_person:
        return tag in ("E_POLICY", "CROSS_SELL", "OPENING_CAMPAIGN", "ORPHAN")
    is_adult = (facts.age or 0) >= 18
    if tag in ("CHURN_HIGH", "ORPHAN", "CROSS_SELL", "PRICE_SENSITIVE"):
        return is_adult and bool(facts.running)
    if tag == "EDUCATION":
        return bool(facts.client.children)
    return (facts.age or 0) >= 60 if tag == "CARE" else is_adult


# Tag, share of customers, evidence, days until it expires.
BY_CHANCE: tuple[tuple[str, float, str, int | None], ...] = (
    ("WECHAT_BOUND", 0.42, "公众号绑定记录", None),
    ("E_POLICY", 0.35, "投保时勾选电子保单", None),
    ("OPENING_CAMPAIGN", 0.14, "开门红名单导入", 120),
    ("DIGITAL", 0.22, "线上偏好模型得分{score}", 180),
    ("CROSS_SELL", 0.16, "加保模型得分{score}", 90),
    ("CHURN_HIGH", 0.07, "流失模型得分{score}", 90),
    ("PRICE_SENSITIVE", 0.12, "价格敏感度模型得分{score}", 180),
    ("ORPHAN", 0.06, "原服务人员离职清单", None),
    ("DO_NOT_CALL", 0.03, "客户来电要求", None),
    ("EVENING", 0.05, "客户希望晚上七点以后联系", None),
    ("REFERRER", 0.02, "推荐亲友投保", None),
    ("EDUCATION", 0.22, "面谈时询问教育金", 365),
    ("CARE", 0.10, "子女代为来电，请放慢语速", None),
    ("ID_EXPIRING", 0.03, "证件有效期将满", 90),
)


def _value(facts: Facts) -> Iterator[Found]:
    latest = max((policy.effective for policy in facts.running), default=facts.today)
    yearly = facts.yearly / 100
    if yearly >= 100_000:
        yield "HIGH_NET_WORTH", f"有效保单{len(facts.running)}份，年缴保费合计{yearly:.2f}元", latest, None
    elif yearly >= 20_000:
        yield "GOLD", f"有效保单{len(facts.running)}份，年缴保费合计{yearly:.2f}元", latest, None
    if len(facts.running) >= 4:
        yield "MULTI_POLICY", f"有效保单{len(facts.running)}份", latest, None
    if any(policy.premium >= 20_000_000 for policy in facts.running):
        yield "AML_REVIEW", "单张保单年缴保费不低于二十万元", latest, None
    if (facts.today - facts.client.since).days < 90:
        began = facts.client.since
        yield "NEW_CUSTOMER", f"{began}建档", began, began + timedelta(days=89)
    first = min((policy.effective for policy in facts.client.held), default=facts.today)
    if (facts.today - first).days >= 3653:
        yield "LOYAL", f"首张保单{first}生效", first + timedelta(days=3653), None


def _policy_states(facts: Facts) -> Iterator[Found]:
    told: set[str] = set()
    for policy in facts.client.held:
        for found in _policy_state(facts.today, policy):
            if found[0] not in told:
                told.add(found[0])
                yield found


ENDINGS = {"LAPSED": "失效", "SURRENDERED": "退保", "CLAIMED": "理赔终止"}


def _policy_state(today: date, policy: Policy) -> Iterator[Found]:
    if policy.status in ENDINGS:
        since = max(policy.effective + timedelta(days=425), today - timedelta(days=200))
        yield policy.status, f"保单{policy.number}{ENDINGS[policy.status]}", min(since, today), None
    elif policy.status == "PROPOSED":
        yield "PENDING", f"保单{policy.number}审核中", min(policy.effective, today), None
    elif policy.status == "IN_FORCE" and policy.expiry:
        left, is_yearly = (policy.expiry - today).days, policy.product.years == 1
        if left <= (30 if is_yearly else 90):
            tag, days, word = ("RENEWAL_30D", 30, "到期") if is_yearly else ("MATURITY_90D", 90, "满期")
            since = policy.expiry - timedelta(days=days)
            yield tag, f"保单{policy.number}将于{policy.expiry}{word}", since, policy.expiry


def _family(facts: Facts) -> Iterator[Found]:
    client, age, birth = facts.client, facts.age, facts.client.birth
    if age is None or birth is None:
        return
    if age < 18:
        yield "MINOR", f"{birth}出生", birth, _birthday(birth, birth.year + 18) - timedelta(days=1)
    if age >= 65:
        yield "SENIOR", f"现年{age}岁", _birthday(birth, birth.year + 65), None
    if client.spouse:
        yield "MARRIED", f"配偶{client.spouse.name}", client.since, None
    births = [child.birth for child in client.children if child.birth]
    young = [day for day in births if _birthday(day, day.year + 18) > facts.today]
    if young:
        until = _birthday(max(young), max(young).year + 18) - timedelta(days=1)
        yield "MINOR_CHILD", f"未成年子女{len(young)}人", min(young), until
        if 30 <= age <= 55:
            yield "BREADWINNER", f"{age}岁，未成年子女{len(young)}人", max(young), until
    coming = _birthday(birth, facts.today.year)
    coming = coming if coming >= facts.today else _birthday(birth, facts.today.year + 1)
    if (coming - facts.today).days <= 30:
        yield "BIRTHDAY_30D", f"{coming.month}月{coming.day}日生日", coming - timedelta(days=30), coming


def _birthday(birth: date, year: int) -> date:
    is_leap_day = (birth.month, birth.day) == (2, 29)
    return date(year, 3, 1) if is_leap_day else birth.replace(year=year)


def _products(facts: Facts) -> Iterator[Found]:
    lines, since = facts.lines, facts.client.since
    if not facts.client.is_person:
        if facts.running:
            yield "GROUP", f"有效团体保单{len(facts.running)}份", facts.running[0].effective, None
        return
    if "motor" in lines:
        policy = next(policy for policy in facts.running if policy.product.line == "motor")
        yield "MOTOR", f"保单{policy.number}有效", policy.effective, policy.expiry
        for policy in facts.running:
            if policy.product.code == "MC03":
                yield "NEW_ENERGY", f"保单{policy.number}有效", policy.effective, policy.expiry
                break
    lasting = [policy for policy in facts.running if policy.product.years != 1]
    if lasting:
        yield "LONG_TERM", f"长期保单{len(lasting)}份", lasting[0].effective, None
    if facts.running and "health" not in lines:
        yield "HEALTH_GAP", "有效保单中没有健康险", since, None
    if facts.age and 45 <= facts.age <= 60 and "annuity" not in lines and facts.running:
        yield "PENSION", f"{facts.age}岁，没有年金保险", since, None


def _service(facts: Facts) -> Iterator[Found]:
    if facts.complaint and (day := facts.complained):
        yield "COMPLAINT", f"{day}：{facts.complaint.subject}", day, day + timedelta(days=1095)
    if facts.last_contact and (facts.today - facts.last_contact).days > 365 and facts.running:
        day = facts.last_contact
        yield "SILENT", f"最近一次联系{day}", day + timedelta(days=365), None


RULES: tuple[Callable[[Facts], Iterator[Found]], ...] = (_value, _policy_states, _family, _products, _service)
