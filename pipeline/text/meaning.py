"""What a text means, as the mean of static word vectors: near that of another text where both say nearly the same.

The vectors are those of the package wordllama, whose wheel carries them: nothing is fetched (Miller, WordLlama, 2024).
"""

from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from wordllama.inference import WordLlamaInference

TINY = 1e-9

Vectors = NDArray[np.float64]


@cache
def _vectors() -> "WordLlamaInference":
    """The vectors, read once; the import costs half a second, so it waits until a text is asked for."""
    import wordllama

    here = Path(wordllama.__file__).parent
    return wordllama.WordLlama.load(cache_dir=here, disable_download=True)


@lru_cache(maxsize=1 << 10)
def vector(text: str) -> Vectors:
    """The vector of a text at length one; of no text, zero."""
    if not text:
        return np.zeros(len(vector("text")))
    return at_length_one(np.asarray(_vectors().embed([text])[0], dtype=np.float64))


def at_length_one(found: Vectors) -> Vectors:
    """A vector at length one; zero stays zero."""
    length = float(np.linalg.norm(found))
    return found / length if length > TINY else found
