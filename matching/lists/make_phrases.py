"""python -m matching.lists.make_phrases > matching/lists/phrases.tsv, when those of pypinyin have changed."""

import sys
from collections.abc import Iterator

from pypinyin.contrib.tone_convert import to_normal
from pypinyin.phrases_dict import phrases_dict

from matching.pinyin import character_readings

SOURCE = (
    "# Phrases in which a character is not read as it usually is, from those of pypinyin (MIT licence).\n"
    "# Offices (市长) are left out: in organisations' names the place ends before them (上海市 长青公司)."
)
OFFICES = frozenset(place + "长" for place in "省市州区县镇乡村")


def lines() -> Iterator[str]:
    """The list as it is kept, line by line."""
    yield SOURCE
    for phrase, toned in sorted(phrases_dict.items()):
        said = [str(to_normal(syllables[0], v_to_u=False)) for syllables in toned]
        if phrase not in OFFICES and said != [character_readings(c)[0] for c in phrase]:
            yield f"{phrase}\t{' '.join(said)}"


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in lines())
