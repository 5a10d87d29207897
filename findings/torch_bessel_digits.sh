#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: special.bessel_j0, j1, y0 and y1 of float64 have some 15 digits.
# Seen: around 5 they have 6: all four are off by more than 1e-7 just above it, by more than 1e-10 at 8, and
#     exact to 1e-14 at 1 and at 30.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
bessel_j0 at 1.0: < 1e-14 at 5.001: > 1e-7 at 8.0: > 1e-10 at 30.0: < 1e-14
bessel_j1 at 1.0: < 1e-14 at 5.001: > 1e-7 at 8.0: > 1e-10 at 30.0: < 1e-14
bessel_y0 at 1.0: < 1e-14 at 5.001: > 1e-7 at 8.0: > 1e-10 at 30.0: < 1e-14
bessel_y1 at 1.0: < 1e-14 at 5.001: > 1e-7 at 8.0: > 1e-10 at 30.0: < 1e-14
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import mpmath       # which torch brings with it
import torch

for name, exact, order in [("bessel_j0", mpmath.besselj, 0), ("bessel_j1", mpmath.besselj, 1),
                           ("bessel_y0", mpmath.bessely, 0), ("bessel_y1", mpmath.bessely, 1)]:
    print(name, end="")
    for x in (1.0, 5.001, 8.0, 30.0):
        value = getattr(torch.special, name)(torch.tensor(x, dtype=torch.float64)).item()
        off = abs(value - float(exact(order, mpmath.mpf(x))))
        text = "> 1e-7" if off > 1e-7 else "> 1e-10" if off > 1e-10 else "< 1e-14" if off < 1e-14 else off
        print(f" at {x}: {text}", end="")
    print()
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: an implementation that is right in every digit fails a comparison with PyTorch; compare with an
#     integral, or with mpmath.
