"""Derive traditional.csv of the agenda's word lists from the Unihan database (Unihan_Variants.txt, Unicode licence).

Usage: python recipes/characters.py PATH/Unihan_Variants.txt

A row stands for one code point that stands for one other. Characters that GB 2312 holds are left out: they stand in
simplified text as well, where they mean themselves (后, 干, 里, 余).
"""

import bz2
import sys
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "src" / "yijiang" / "agenda" / "words" / "traditional.csv"


def in_simplified_text(sign: str) -> bool:
    """Say whether GB 2312, the basic set of simplified text, holds a character."""
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def variants(text: str) -> dict[str, list[str]]:
    """Return characters to their simplified variants, in the order of the file."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("#") or "\tkSimplifiedVariant\t" not in line:
            continue
        code, _, values = line.split("\t")
        sign = chr(int(code[2:], 16))
        found[sign] = [v for value in values.split() if (v := chr(int(value[2:], 16))) != sign]
    return found


def main(path: Path) -> None:
    """Write the table."""
    data = path.read_bytes()
    text = (bz2.decompress(data) if path.suffix == ".bz2" else data).decode("utf-8")
    rows = []
    for sign, simple in sorted(variants(text).items()):
        if simple and not in_simplified_text(sign):
            rows.append((sign, next((s for s in simple if in_simplified_text(s)), simple[0])))
    lines = ["traditional,simplified", *(f"{a},{b}" for a, b in rows)]
    TARGET.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
