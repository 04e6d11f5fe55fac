"""The only functions that change rows: the rules about change live here and raise Refusal."""
