"""The weights of lac_small inside an installed jieba 0.42.1: found without importing it, checked, read by NumPy."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from yijiang.agenda.vote.network import HIDDEN, Gru, Network
from yijiang.errors import OptionError

VERSION = "0.42.1"
"""The release of jieba whose files are read; its later or altered files are refused."""

SHA256 = {
    "word.dic": "0d21d1e11490c1f74b3dbb5d291213593dcf443dad742027551972f7ef0d9f25",
    "tag.dic": "ae35d28de6256118b80174526f03de95d3227f3219b4170e1dc8aa010908ea4a",
    "model_baseline/crfw": "1883c72d43449227dc301a56fd9d22dedcb3536ce5032700d5ea23be4f56587b",
    "model_baseline/fc_0.b_0": "815e0a25669ea66f6cf58a719fbe09eeb8007ad5cdc7c28b73fdf5640aea475e",
    "model_baseline/fc_0.w_0": "f07f01d3ff0a5e9b93b623a28fda050e16010640a5516cd83b0501add0b7b435",
    "model_baseline/fc_1.b_0": "c3f42160370292134e7ddb21dadb30b9320b324204e1038a437ea51b05d53312",
    "model_baseline/fc_1.w_0": "147454ee4c8e960e168347dd76bdc08c9bb865896c4bfbbb5a9d090693852f3a",
    "model_baseline/fc_2.b_0": "f83b10a5e1b53deef130c68df5d385ed0412351012af5415ee8cb4b055041696",
    "model_baseline/fc_2.w_0": "514f9904cda432864b5f1faa257be1f1d24c205e29eb97e968dd38b425297f1d",
    "model_baseline/fc_3.b_0": "9d7e41b09e929f3817148687fd03d17c239887bff18a5599b87cbd2b4290af8c",
    "model_baseline/fc_3.w_0": "a8fb02bf59bd971abc47872c11482fbee242343639a6bddd6e559c3c9c009492",
    "model_baseline/fc_4.b_0": "899a1aba22b4cb1f23cf703d0061c024a661ff33523bf4bb1cb3cafcf8444ecb",
    "model_baseline/fc_4.w_0": "9a5666f104851dddb51bedf267d7b829e71f26a257be4f67cdc08c7d861e3c30",
    "model_baseline/gru_0.b_0": "3940a09d14029870b442c55841cd2f4d4ea4ac7142221ebb50eeaea78aaae839",
    "model_baseline/gru_0.w_0": "b9822a37d80c79f77f28a7395e3d04f00c9834a9b21d37f535a38c4a5fd7b720",
    "model_baseline/gru_1.b_0": "ed17bdf16b928323d23b7652fca9003362908909360a874cc3cbe6f2a68eae12",
    "model_baseline/gru_1.w_0": "1d2e72eefdea8649929a9b625716643e18cad11530b270af412ea237e6778351",
    "model_baseline/gru_2.b_0": "cda019c833a1abf4986dec6dfa04e4115acdbf589c4ad5151277c4958338712e",
    "model_baseline/gru_2.w_0": "f38ae5d2a94eee65c41232ba834ad0b7ab63de739664c01a33dcec608932f664",
    "model_baseline/gru_3.b_0": "5dee386ee162fc417024886ac83d4d4659baa08bc75a3acb0940c4310c7cb5da",
    "model_baseline/gru_3.w_0": "91f837f6deaa75ba877f048bedd987198a1f635c061b85c39cd773ea6e69136b",
    "model_baseline/word_emb": "3b65cdc2d4ebd78f03bbfe8747162c1e63f5b1c821d08f0ec695248c40f8be38",
}
"""The files that are read, in the folder `lac_small`, with their SHA-256."""

_NEED = f"the vote of the name tagger needs the extra ner: pip install 'yijiang[ner]' (jieba=={VERSION})"
_WORDS, _TAGS = 20941, 57


def find_folder() -> Path:
    """Return the folder of the weights, without importing the package that holds it.

    Raises
    ------
    OptionError
        If jieba is not installed, or has no such folder.
    """
    try:
        spec = importlib.util.find_spec("jieba")
    except (ValueError, ImportError):
        # A module of that name without a spec, or with a broken finder, is as good as none.
        spec = None
    for place in (spec.submodule_search_locations if spec else None) or ():
        folder = Path(place) / "lac_small"
        if folder.is_dir():
            return folder
    raise OptionError(f"{_NEED}; {'the installed jieba has no lac_small' if spec else 'jieba is not installed'}")


def read_files(folder: Path) -> dict[str, bytes]:
    """Return the content of each file of `SHA256`, by name.

    Raises
    ------
    OptionError
        If one is missing, can't be read, or is not the one of the pinned release.
    """
    files = {}
    for name, wanted in SHA256.items():
        try:
            data = (folder / name).read_bytes()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise OptionError(f"{_NEED}; its file {name} can't be read: {reason}") from error
        if hashlib.sha256(data).hexdigest() != wanted:
            raise OptionError(f"{_NEED}; the installed file {name} is from another release or was altered")
        files[name] = data
    return files


def array(data: bytes, *shape: int) -> NDArray[np.float32]:
    """Return the numbers of a parameter file of paddle 1.x: a short header, then raw little-endian float32.

    >>> array(b"header" + np.float32([1, 2, 3, 4]).tobytes(), 2, 2).tolist()
    [[1.0, 2.0], [3.0, 4.0]]
    """
    size = 4 * int(np.prod(shape))
    # The header's length varies with the digits of the shape; what follows it is known, so count from the end.
    return np.frombuffer(data[-size:], dtype="<f4").astype(np.float32).reshape(shape)


def read_network(folder: Path | None = None) -> Network:
    """Return the network with its vocabulary and tags.

    Parameters
    ----------
    folder
        Where the files lie; found in the installed jieba unless given.

    Returns
    -------
    Network
        Ready to tag.

    Raises
    ------
    OptionError
        If the extra `ner` is not installed, or holds other files than those of the pinned release.
    """
    files = read_files(folder or find_folder())
    words = _lines(files["word.dic"])
    labels = {number: label for label, number in _lines(files["tag.dic"]).items()}

    def parameter(name: str, *shape: int) -> NDArray[np.float32]:
        return array(files[f"model_baseline/{name}"], *shape)

    def gru(number: int, width: int) -> Gru:
        # Both biases are added to the same sum; the recurrent file holds both gates first, then the candidate.
        weights = files[f"model_baseline/gru_{number}.w_0"]
        gates = 4 * HIDDEN * 2 * HIDDEN
        candidate = 4 * HIDDEN * HIDDEN
        return Gru.of(
            into=parameter(f"fc_{number}.w_0", width, 3 * HIDDEN),
            bias=parameter(f"fc_{number}.b_0", 3 * HIDDEN) + parameter(f"gru_{number}.b_0", 3 * HIDDEN),
            gates=array(weights[-gates - candidate : -candidate], HIDDEN, 2 * HIDDEN),
            candidate=array(weights, HIDDEN, HIDDEN),
        )

    crf = parameter("crfw", _TAGS + 2, _TAGS)
    return Network(
        words=words,
        labels=tuple(labels[i] for i in range(_TAGS)),
        embedding=parameter("word_emb", _WORDS, HIDDEN),
        layers=((gru(0, HIDDEN), gru(1, HIDDEN)), (gru(2, 2 * HIDDEN), gru(3, 2 * HIDDEN))),
        out=parameter("fc_4.w_0", 2 * HIDDEN, _TAGS),
        out_bias=parameter("fc_4.b_0", _TAGS),
        start=crf[0],
        stop=crf[1],
        moves=crf[2:],
    )


def _lines(data: bytes) -> dict[str, int]:
    """Return the entries of a dictionary file (number, tab, word) with their numbers."""
    pairs = (line.split("\t") for line in data.decode("utf-8").split("\n"))
    return {pair[1]: int(pair[0]) for pair in pairs if len(pair) == 2}
