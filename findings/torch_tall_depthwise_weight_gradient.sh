#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: a gradient in float32 is the one in float64, but for rounding.
# Seen: on x86 CPUs the weight gradient of a depthwise convolution with a kernel of (65, 1) and padding (32, 0)
#     on 128 rows or more is off by more than 5 % of its largest element. It is right if the same zeros are
#     padded beforehand, without oneDNN, and with a kernel of (31, 1).
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
kernel (65, 1), 128 rows: off by more than 5 %
kernel (65, 1), 256 rows: off by more than 5 %
kernel (65, 1), 256 rows, padded beforehand: right to 0.001 %
kernel (65, 1), 256 rows, without oneDNN: right to 0.001 %
kernel (31, 1), 256 rows: right to 0.001 %
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.nn.functional import conv2d, pad


def say(what, k, rows, beforehand=False):
    torch.manual_seed(0)
    x, weight, found = torch.randn(1, 4, rows, 16), torch.randn(4, 1, k, 1), []
    for dtype in (torch.float32, torch.float64):
        leaf, image, zeros = weight.to(dtype, copy=True).requires_grad_(), x.to(dtype), k // 2
        if beforehand:
            image, zeros = pad(image, (0, 0, zeros, zeros)), 0
        conv2d(image, leaf, padding=(zeros, 0), groups=4).sum().backward()
        found.append(leaf.grad.double())
    off = ((found[0] - found[1]).abs().max() / found[1].abs().max()).item()
    print(f"{what}: " + ("off by more than 5 %" if off > 0.05 else
                         "right to 0.001 %" if off < 1e-5 else f"off by {off:.1e}"))


say("kernel (65, 1), 128 rows", 65, 128)
say("kernel (65, 1), 256 rows", 65, 256)
say("kernel (65, 1), 256 rows, padded beforehand", 65, 256, beforehand=True)
with torch.backends.mkldnn.flags(enabled=False):
    say("kernel (65, 1), 256 rows, without oneDNN", 65, 256)
say("kernel (31, 1), 256 rows", 31, 256)
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: whoever compares a framework with PyTorch takes this for a fault of the framework; long filters of
#     audio and of attention (Nystromformer has one of 33 rows) train with it. Pad beforehand.
