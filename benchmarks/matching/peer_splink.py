"""Splink 5 on FEBRL, as its own example does it."""

import pandas as pd
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

from benchmarks.matching.febrl import Febrl
from benchmarks.matching.febrl_columns import BLOCKS, SAME, cleaned


def links(known: Febrl) -> set[tuple[int, int]]:
    frame = pd.DataFrame(cleaned(known)).assign(unique_id=range(len(known.rows)))
    frame["source_dataset"] = ["first" if place < known.firsts else "second" for place in frame.unique_id]
    settings = SettingsCreator(
        link_type="link_only" if known.firsts else "dedupe_only",
        blocking_rules_to_generate_predictions=[block_on(*block) for block in BLOCKS],
        comparisons=[
            cl.NameComparison("given_name"), cl.NameComparison("surname"),
            cl.LevenshteinAtThresholds("date_of_birth", [1, 2]),
            cl.LevenshteinAtThresholds("soc_sec_id", [1, 2]), cl.ExactMatch("street_number"),
            cl.JaroWinklerAtThresholds("address_1"),
            cl.LevenshteinAtThresholds("postcode", [1, 2]),
        ],
    )  # fmt: skip
    database = DuckDBAPI()
    frames = [part for _, part in frame.groupby("source_dataset")] if known.firsts else [frame]
    linker = Linker(
        [database.register(part) for part in frames] if known.firsts else database.register(frame), settings
    )
    linker.training.estimate_probability_two_random_records_match([block_on("soc_sec_id")], recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=1)
    for block in (("date_of_birth",), ("soc_sec_id",), ("postcode",)):
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*block))
    found = linker.inference.predict(threshold_match_probability=SAME).as_pandas_dataframe()
    return {tuple(sorted(pair)) for pair in zip(found.unique_id_l, found.unique_id_r, strict=True)}
