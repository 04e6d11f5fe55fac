"""The file in which settings may stand beside the environment."""

from pathlib import Path


def read_env_file(path: Path) -> dict[str, str]:
    """`NAME=value` lines; `#` starts a comment line, quotes around a value are dropped."""
    if not path.is_file():
        return {}
    texts = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, equals, text = line.strip().removeprefix("export ").partition("=")
        if equals and not name.startswith("#"):
            text = text.strip()
            is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "'\""
            texts[name.strip()] = text[1:-1] if is_quoted else text
    return texts
