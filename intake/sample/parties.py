"""Who stands on a policy: applicant, insured, payer, and beneficiaries whose shares make a hundred."""

from random import Random

from intake.sample.chance import whole
from intake.sample.clients import Client, Party, Policy

LEGAL_HEIRS = "法定继承人"
WITH_BENEFICIARIES = ("life", "annuity", "accident")
NAMED = 0.42  # share of policies on which somebody is named


def parties_of(dice: Random, policy: Policy, applicant: Client, insured: Client) -> list[Party]:
    found = [Party("APPLICANT", applicant)]
    if policy.product.family == "COMPANY" and policy.product.line in ("health", "accident"):
        found.append(Party("INSURED", name=f"被保险员工（{headcount(policy)}人）"))
    else:
        found.append(Party("INSURED", insured))
    if dice.random() < 0.12:
        found.append(Party("PAYER", applicant))
    if policy.product.line in WITH_BENEFICIARIES and policy.product.family != "COMPANY":
        found.extend(_beneficiaries(dice, applicant, insured))
    return found


def headcount(policy: Policy) -> int:
    return max(5, policy.premium // 40_000)


def _beneficiaries(dice: Random, applicant: Client, insured: Client) -> list[Party]:
    nearest = _nearest(applicant, insured)
    if not nearest or dice.random() > NAMED:
        return [Party("BENEFICIARY", name=LEGAL_HEIRS, position=1, share=100)]
    count = min(len(nearest), whole(dice, 1, 3))
    chosen = nearest[:count]
    return [
        Party("BENEFICIARY", client, position=1, share=share)  # all of the first order: together 100
        for client, share in zip(chosen, _shares(dice, count), strict=True)
    ]


def _nearest(applicant: Client, insured: Client) -> list[Client]:
    """Who may be named: never the insured; for a child its parents."""
    people = [applicant, applicant.spouse, *applicant.children]
    if insured in applicant.children:
        people = [applicant, applicant.spouse]
    return [client for client in people if client is not None and client is not insured]


def _shares(dice: Random, count: int) -> list[int]:
    if count == 1:
        return [100]
    if count == 2:
        first = (50, 60, 70)[whole(dice, 0, 2)]
        return [first, 100 - first]
    return [50, 25, 25] if dice.random() < 0.5 else [40, 30, 30]
