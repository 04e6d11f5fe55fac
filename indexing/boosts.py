"""What each way to fit is worth, in whole numbers, exact in every engine; and the shortest parts."""

WHOLE_NUMBER = 400  # beats any name
NAME_WHOLE, NAME_START, NAME_END, NAME_INSIDE = 100, 80, 65, 60
SOUND_WHOLE, SOUND_START, SOUND_LATER = 75, 65, 40
INITIALS_WHOLE, INITIALS_START, INITIALS_LATER = 70, 50, 30
WORD_WHOLE, WORD_START = 60, 45
GLUED_START = 160  # beats its two parts lying elsewhere in a name
SAME_SOUND_WHOLE, SAME_SOUND_START = 20, 12  # other Han characters that sound as those typed
NICKNAME = 38  # below the name as typed
# As passports abroad spell a name: less than pinyin that is typed so, more than a typo.
SURNAME_ABROAD, SOUND_ABROAD_START, SOUND_ABROAD_LATER = 28, 26, 22
ORGANIZATION_CALLED, LEFT_OUT = 62, 8
TYPO, TYPO_READ_ALSO = 15, 14
NEAR_NUMBER = 25  # an ID with one slip corrected
BIRTH_DATE = 62  # eight digits that are one are rather that than the end of a phone
TAILS = {"ph": 60, "id": 55, "po": 45}
INSIDE = {"ph": 40, "id": 35, "po": 30}
# Four digits beside a name are an end: elsewhere in a number they make up for no better fit of the name.
INSIDE_BESIDE = {"ph": 12, "id": 10, "po": 8}
# Six digits are asked for as the end of an ID; of six or more few ask for a part of a phone.
SIX_DIGIT_TAILS = {"id": 60, "po": 58, "ph": 50}
# Letters and digits in one (FP0W12): hardly ever the letters of a name and the digits of a number.
MIXED_TAIL, MIXED_INSIDE = 300, 290
LONG_INSIDE = {"po": 44, "ph": 40, "id": 35}

SHORTEST_LONG = 6
SHORTEST_FRAGMENT = 4  # of a number alone
SHORTEST_TAIL = 2  # of a number beside another part
SHORTEST_ABROAD = 3  # letters that may be Wade-Giles
SHORTEST_LEFT_OUT, LONGEST_LEFT_OUT = 4, 12  # characters typed of an organisation's name
SHORTEST_TYPO_WORD, SHORTEST_TYPO_SOUND = 4, 5
MOST_TYPO_TOKENS = 6  # with more parts the rest tells enough, and typo clauses cost most
