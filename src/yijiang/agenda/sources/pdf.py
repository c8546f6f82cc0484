"""The text of a .pdf file: read by pdfplumber in a process of its own, so that a hostile file can't hold the caller."""

from __future__ import annotations

import importlib.util
import subprocess
import sys

from yijiang.agenda.wrapping import paragraphs
from yijiang.errors import DataError, Finding, OptionError

SECONDS = 5.0
"""Time a file may take [s]."""

MEMORY = 280_000_000
"""Memory a file may take beyond the program itself [byte]."""

_PAGES = 200


def _refuse(problem: str, remedy: str = "save it again from the program that made it, or give its text") -> DataError:
    return DataError([Finding("source", 0, "", "", problem, remedy)])


def text_of(data: bytes, seconds: float = SECONDS) -> str:
    """Return the text of a pdf, a paragraph a line.

    Parameters
    ----------
    data
        The bytes of the file.
    seconds
        Time it may take [s].

    Raises
    ------
    DataError
        If the file is broken, encrypted, holds no text (a scan), or takes too long.
    OptionError
        If the extra `docs-in` is not installed.
    """
    if importlib.util.find_spec("pdfplumber") is None:
        raise OptionError("reading a pdf needs the extra docs-in: pip install 'yijiang[docs-in]'")
    command = [sys.executable, "-m", "yijiang.agenda.sources.pdf"]
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=seconds)
    except subprocess.TimeoutExpired as slow:
        raise _refuse(f"this pdf could not be read within {seconds:g} s") from slow
    if done.returncode != 0:
        raise _refuse("this pdf is broken, encrypted or too large to read")
    words = done.stdout.decode("utf-8", errors="replace")
    if not words.strip():
        raise _refuse("this pdf holds no text, only pictures", "run it through text recognition first")
    return paragraphs(words)


def _child() -> int:
    """Read a pdf from stdin and write its text; run by `text_of` with limits on memory."""
    import io
    import warnings

    warnings.simplefilter("ignore")
    if sys.platform != "win32":
        import resource

        # What the process allocates, not what it maps: shared libraries alone map more than this.
        resource.setrlimit(resource.RLIMIT_DATA, (MEMORY, MEMORY))
    import pdfplumber

    with pdfplumber.open(io.BytesIO(sys.stdin.buffer.read())) as document:
        for page in document.pages[:_PAGES]:
            sys.stdout.buffer.write(((page.extract_text() or "") + "\n").encode("utf-8"))
            page.close()
    return 0


if __name__ == "__main__":
    sys.exit(_child())
