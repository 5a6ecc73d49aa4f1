"""Write the README's moving picture: kernel ridge regression of lesson 01 while its penalty grows.

    DDLEARN_HOME=$(mktemp -d) python .github/moving.py

`moving.webp` runs through the penalties; `still.webp` is one of them, for whoever asks the system for less motion. An
empty DDLEARN_HOME keeps your own predictions out of the picture.
"""

import io
from base64 import b64decode
from pathlib import Path

from PIL import Image

from ddlearn import lessons

PENALTIES = [10 ** (power / 2) for power in range(-16, 2)]
STILL = PENALTIES[8]
FIRST, EACH, LAST = 1200, 400, 1600  # milliseconds


def frame(penalty: float) -> Image.Image:
    """Return the explorer's picture at this penalty."""
    (explorer,) = (one for one in lessons.load("fixed_embeddings").parts.explorers if one.name == "ridge")
    return Image.open(io.BytesIO(b64decode(explorer.still(penalty=penalty, n=25)["image/png"]))).convert("RGB")


if __name__ == "__main__":
    here = Path(__file__).parent
    first, *others = frames = [frame(penalty) for penalty in PENALTIES]
    times = [FIRST, *[EACH] * (len(frames) - 2), LAST]
    first.save(here / "moving.webp", save_all=True, append_images=others, duration=times, loop=0, lossless=True)
    frames[PENALTIES.index(STILL)].save(here / "still.webp", lossless=True)
