"""Files, functions and class trees that a reader can hold in mind, and names that say something."""

import ast
import re
import statistics

from tests.house.sources import EVERYWHERE, files, functions, parsed

LONGEST_FILE = 300
LONGEST_FUNCTION = 40
MOST_POSITIONAL = 5
VAGUE = re.compile(r"(^|_)(utils?|helpers?|manager|common|misc|handle|process|data)(_|$)|Helper|Manager")
# Tables of data, not of code.
DATA_FILES = {"matching/surnames.py"}
OTHERS_WORDS = {"metadata", "data", "process_bind_param", "process_result_value"}  # names libraries ask for


def test_no_file_is_longer_than_300_lines() -> None:
    lengths = {str(path): len(path.read_text(encoding="utf-8").splitlines()) for path in files(EVERYWHERE)}
    too_long = {path: lines for path, lines in lengths.items() if lines > LONGEST_FILE}
    assert {path for path in too_long if not path.endswith(tuple(DATA_FILES))} == set()


def test_half_of_the_files_have_fewer_than_100_lines() -> None:
    lengths = [len(path.read_text(encoding="utf-8").splitlines()) for path in files()]
    assert statistics.median(lengths) < 100


def test_no_function_is_longer_than_40_lines() -> None:
    too_long = [
        f"{path}:{function.name} ({function.end_lineno - function.lineno + 1})"
        for path, tree in parsed()
        for function in functions(tree)
        if function.end_lineno is not None and function.end_lineno - function.lineno >= LONGEST_FUNCTION
    ]
    assert too_long == []


def test_half_of_the_functions_have_fewer_than_10_lines() -> None:
    lengths = [
        function.end_lineno - function.lineno + 1
        for _, tree in parsed()
        for function in functions(tree)
        if function.end_lineno is not None
    ]
    assert statistics.median(lengths) < 10


def test_no_function_takes_more_than_5_positional_parameters() -> None:
    too_many = [
        f"{path}:{function.name}"
        for path, tree in parsed()
        for function in functions(tree)
        if len([a for a in function.args.posonlyargs + function.args.args if a.arg not in ("self", "cls")])
        > MOST_POSITIONAL
    ]
    assert too_many == []


def test_no_class_tree_of_ours_is_deeper_than_two() -> None:
    classes = {
        node.name: {base.id for base in node.bases if isinstance(base, ast.Name)}
        for _, tree in parsed()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef)
    }

    def depth(name: str) -> int:
        return 1 + max((depth(base) for base in classes[name] if base in classes and base != name), default=0)

    assert [name for name in classes if depth(name) > 2] == []


def test_names_say_what_they_name() -> None:
    vague = [
        f"{path}:{name}"
        for path, tree in parsed()
        for name in {*_names(tree), path.rsplit("/", 1)[-1].removesuffix(".py")}
        if VAGUE.search(name) and name not in OTHERS_WORDS
    ]
    assert vague == []


def _names(tree: ast.Module) -> set[str]:
    """Of functions and classes."""
    return {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    }


def test_every_module_says_what_it_is_for() -> None:
    silent = [path for path, tree in parsed() if not ast.get_docstring(tree)]
    assert silent == []
