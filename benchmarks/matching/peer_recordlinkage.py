"""recordlinkage's ECM classifier on FEBRL, as its own manual does it."""

import pandas as pd
import recordlinkage as rl

from benchmarks.matching.febrl import Febrl
from benchmarks.matching.febrl_columns import BLOCKS, cleaned


def links(known: Febrl) -> set[tuple[int, int]]:
    frame = pd.DataFrame(cleaned(known))
    indexer, compared = rl.Index(), rl.Compare()
    for block in BLOCKS:
        indexer.block(list(block))
    for field in ("given_name", "surname", "address_1"):
        compared.string(field, field, method="jarowinkler", threshold=0.85)
    for field in ("date_of_birth", "soc_sec_id", "suburb", "postcode", "state"):
        compared.exact(field, field)
    asked = (frame[: known.firsts], frame[known.firsts :]) if known.firsts else (frame,)
    found = rl.ECMClassifier().fit_predict(compared.compute(indexer.index(*asked), *asked))
    return {tuple(sorted(pair)) for pair in found}
