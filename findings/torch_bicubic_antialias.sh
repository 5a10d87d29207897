#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: antialias=True changes nothing when an image is enlarged, because nothing can alias.
# Seen: true for bilinear; for bicubic the flag also changes the cubic's coefficient, from
#     -0.75 to -0.5.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
bilinear False [0.0, 0.0, 0.25, 0.75]
bilinear True [0.0, 0.0, 0.25, 0.75]
bicubic False [-0.03515625, -0.10546875, 0.26171875, 0.87890625]
bicubic True [-0.0234375, -0.0703125, 0.2265625, 0.8671875]
Keys -0.10546875 -0.0703125
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.nn import functional as F

impulse = torch.zeros(1, 1, 1, 8, dtype=torch.float64)
impulse[..., 3] = 1
for mode in ("bilinear", "bicubic"):
    for antialias in (False, True):
        y = F.interpolate(impulse, size=(1, 16), mode=mode, antialias=antialias)[0, 0, 0]
        print(mode, antialias, y[3:7].tolist())

def far_lobe(a, t=1.25):    # Keys 1981: the cubic convolution kernel at distance 1 < t < 2
    return a * (t**3 - 5 * t**2 + 8 * t - 4)

print("Keys", far_lobe(-0.75), far_lobe(-0.5))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: an enlarged image changes with a flag that should only affect shrinking, and a port has
#     to carry both coefficients.
