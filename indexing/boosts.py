"""What each way to fit is worth, in whole numbers, exact in every engine; and the shortest parts."""

WHOLE_NUMBER = 400  # beats any name
NAME_WHOLE, NAME_START, NAME_END, NAME_INSIDE = 100, 80, 65, 60
SOUND_WHOLE, SOUND_START, SOUND_LATER = 75, 65, 40
INITIALS_WHOLE, INITIALS_START, INITIALS_LATER = 70, 50, 30
WORD_WHOLE, WORD_START = 60, 45
GLUED_START = 160  # beats its two parts lying elsewhere in a name
SAME_SOUND_WHOLE, SAME_SOUND_START = 20, 12  # other Han characters that sound as those typed
TYPO = 15
NEAR_NUMBER = 25  # an ID with one slip corrected
BIRTH_DATE = 35
TAILS = {"ph": 60, "id": 55, "po": 45}
INSIDE = {"ph": 40, "id": 35, "po": 30}
SIX_DIGIT_TAILS = {"ph": 55, "id": 60, "po": 45}  # six are asked for as the end of an ID

SHORTEST_FRAGMENT = 4  # of a number alone
SHORTEST_TAIL = 2  # of a number beside another part
SHORTEST_TYPO_WORD, SHORTEST_TYPO_SOUND = 4, 5
MOST_TYPO_TOKENS = 6  # with more parts the rest tells enough, and typo clauses cost most
