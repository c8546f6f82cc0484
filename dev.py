#!/usr/bin/env python3
"""Set up and run this checkout with the standard library alone: `python3 dev.py plan` or `python3 dev.py test`.

Makes `.venv` beside this file, installs the package into it (with the test tools for `test`), remembers what was
installed, and runs. Words after the command are passed on.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 (this file starts before anything checks the version)
    sys.exit("yijiang needs Python 3.11 or newer; this is Python " + ".".join(str(n) for n in sys.version_info[:3]))

import hashlib
import importlib.util
import os
import re
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
VENV = HERE / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS")
USAGE = """usage: python3 dev.py COMMAND [words passed on]

  plan   install, then: yijiang plan Hubei Jiangsu [options]; prints where the report is
  test   install with the test tools, then run all tests [pytest options]"""


def say(text: str) -> None:
    """Print a line about the set-up; stdout is left to the program that is run."""
    sys.stderr.write(f"dev.py: {text}\n")
    sys.stderr.flush()


def make_environment() -> None:
    """Make `.venv`, or say which part of Python is missing for it."""
    if PYTHON.is_file() and subprocess.run([PYTHON, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return
    missing = [name for name in ("venv", "ensurepip") if importlib.util.find_spec(name) is None]
    if missing:
        version = f"{sys.version_info[0]}.{sys.version_info[1]}"
        sys.exit(
            f"dev.py: this Python lacks {' and '.join(missing)}, which are needed to make {VENV.name}.\n"
            f"On Debian or Ubuntu: sudo apt install python3-venv (or python{version}-venv)."
        )
    say(f"making {VENV.name}")
    if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)]).returncode != 0:
        sys.exit("dev.py: the environment could not be made; the lines above say why")


def install(target: str) -> None:
    """Install the package in place, once for each state of pyproject.toml."""
    stamp = VENV / f".installed-{'test' if target.endswith(']') else 'plan'}"
    facts = (HERE / "pyproject.toml").read_bytes() + f"{HERE}{sys.version}".encode()
    state = hashlib.sha256(facts).hexdigest()
    # The test set holds everything the plan needs.
    if any(s.is_file() and s.read_text() == state for s in (stamp, VENV / ".installed-test")):
        return
    say(f"installing {target} (the first time takes some minutes)")
    command = [str(PYTHON), "-m", "pip", "install", "--disable-pip-version-check", "--quiet", "--editable", target]
    lines = []
    with subprocess.Popen(
        command,
        cwd=HERE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout or ():
            lines.append(line)
            sys.stderr.write(line)
    if process.returncode != 0:
        sys.exit(explain("".join(lines)))
    stamp.write_text(state)


def explain(output: str) -> str:
    """Say in one plain line why pip failed."""
    absent = sorted(set(re.findall(r"No matching distribution found for (\S+)", output)))
    if "Temporary failure in name resolution" in output or "Failed to establish a new connection" in output:
        return "dev.py: the package index cannot be reached; check the network, or set PIP_INDEX_URL to one that can be"
    if absent:
        return (
            f"dev.py: the package index has no fitting {', '.join(absent)}; it may lack the package,\n"
            "or only this version of it. Set PIP_INDEX_URL or PIP_EXTRA_INDEX_URL to an index\n"
            "that carries it, and run this again."
        )
    return "dev.py: the installation failed; pip's own lines above say why"


def plan(words: list[str]) -> int:
    """Run the main job and print where the report is."""
    make_environment()
    install(".")
    done = subprocess.run([str(PYTHON), "-m", "yijiang", "plan", "Hubei", "Jiangsu", *words], cwd=HERE)
    if done.returncode == 0 and not {"--help", "-h"} & set(words):
        out = "yijiang-plan"
        for position, word in enumerate(words):
            if word == "--out" and position + 1 < len(words):
                out = words[position + 1]
            elif word.startswith("--out="):
                out = word.removeprefix("--out=")
        say(f"the report is {HERE / out / 'plan.html'}")
    return done.returncode


def test(words: list[str]) -> int:
    """Run all tests on two workers, each with one thread for linear algebra."""
    make_environment()
    install(".[dev]")
    environment = {**os.environ, **dict.fromkeys(THREADS, "1")}
    # The tests start the command many times; each would compile its modules anew.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    command = [str(PYTHON), "-m", "pytest", "-q", "-n", "2", "--dist", "loadfile", *words]
    return subprocess.run(command, cwd=HERE, env=environment).returncode


def main() -> int:
    """Run one command."""
    commands = {"plan": plan, "test": test}
    if len(sys.argv) < 2 or sys.argv[1] not in commands:
        asked = len(sys.argv) > 1 and sys.argv[1] in ("-h", "--help")
        (sys.stdout if asked else sys.stderr).write(USAGE + "\n")
        return 0 if asked else 2
    return commands[sys.argv[1]](sys.argv[2:])


if __name__ == "__main__":
    sys.exit(main())
