"""Numbers that pass their checks: identity documents, phones, e-mail addresses."""

from datetime import date
from random import Random

from intake.sample.chance import Weighted, digits, one_of, whole
from intake.sample.places import County
from matching.numbers import USCC_ALPHABET, resident_id_check_digit, uscc_check_character

# GB 11714: the last character of an organisation code, which a social credit code contains.
ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
MOBILE_PREFIXES = Weighted(
    [(str(prefix), 3.0) for prefix in (135, 136, 137, 138, 139, 150, 151, 158, 159, 182, 187, 188)]
    + [(str(prefix), 2.0) for prefix in (130, 131, 132, 155, 156, 185, 186, 133, 153, 180, 181, 189)]
    + [
        (str(prefix), 1.0)
        for prefix in (134, 147, 157, 166, 173, 175, 176, 177, 178, 183, 184, 191, 198, 199)
    ]
)
# Below example.com, which belongs to nobody (RFC 2606): a trial that mails its customers reaches no one.
MAIL_HOSTS = Weighted(
    [("qq.example.com", 45), ("163.example.com", 25), ("126.example.com", 9), ("139.example.com", 8),
     ("outlook.example.com", 6), ("sina.example.com", 4), ("gmail.example.com", 3)]
)  # fmt: skip


def resident_id(dice: Random, county: County, birth: date, gender: str) -> str:
    """Region, birth date, a sequence that is odd for men, check digit."""
    sequence = 2 * whole(dice, 0, 498) + (1 if gender == "MALE" else 2)
    first = f"{county.code}{birth:%Y%m%d}{sequence:03d}"
    return first + resident_id_check_digit(first)


def social_credit_code(dice: Random, county: County) -> str:
    """Registered with the market regulator as a company (91), in this county."""
    letters = digits(dice, 2) + "MA"[: whole(dice, 0, 1) * 2]
    body = (letters + "".join(one_of(dice, USCC_ALPHABET) for _ in range(8)))[:8]
    total = sum(USCC_VALUES[c] * weight for c, weight in zip(body, ORGANIZATION_WEIGHTS, strict=True))
    check = "0123456789X"[(11 - total % 11) % 11]
    first = f"91{county.code}{body}{check}"
    return first + uscc_check_character(first)


USCC_VALUES = {c: int(c, 36) for c in USCC_ALPHABET}


def passport(dice: Random) -> str:
    return "E" + one_of(dice, "ABCDEFGHJ0123456789") + digits(dice, 7)


def foreign_passport(dice: Random) -> str:
    return one_of(dice, "CLMNPX") + digits(dice, 8)


def home_return_permit(dice: Random) -> str:
    return one_of(dice, "HHHM") + digits(dice, 8)


def taiwan_permit(dice: Random) -> str:
    return "0" + digits(dice, 7)


def birth_certificate(dice: Random) -> str:
    return one_of(dice, "KLMNOPQRSTU") + digits(dice, 9)


def mobile(dice: Random) -> str:
    return MOBILE_PREFIXES.pick(dice) + digits(dice, 8)


def landline(dice: Random, county: County) -> str:
    """Seven digits behind four of area code in smaller places, eight elsewhere."""
    length = 8 if len(county.area_code) == 3 or county.postal_prefix[-1] == "0" else 7
    return f"{county.area_code}-{whole(dice, 2, 8)}{digits(dice, length - 1)}"


def email(dice: Random, sound: str, birth: date) -> str:
    """sound: the name in pinyin, syllables joined by blanks."""
    syllables = sound.replace("~", "").split()
    style = dice.random()
    if style < 0.35:
        local = digits(dice, 9).lstrip("0") or "10000"
    elif style < 0.7:
        local = "".join(syllables) + f"{birth:%y}"
    else:
        local = syllables[0] + "".join(part[0] for part in syllables[1:]) + digits(dice, 3)
    return f"{local}@{MAIL_HOSTS.pick(dice)}"


def wechat(dice: Random, sound: str) -> str:
    syllables = sound.replace("~", "").split()
    head = "wxid" if dice.random() < 0.3 else "".join(syllables[:2])
    return f"{head}_{digits(dice, 6)}"
