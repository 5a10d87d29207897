#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: need_weights decides whether MultiheadAttention returns its weights, not what it computes.
# Seen: for a query that may attend to nothing, the output is nan with need_weights=True and the
#     projection of 0 with False.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
True [nan, nan, nan, nan] others finite: True
False [0.25, 0.25, 0.25, 0.25] others finite: True
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch import nn

torch.manual_seed(0)
attention = nn.MultiheadAttention(4, 1, batch_first=True)
nn.init.constant_(attention.out_proj.bias, 0.25)
x = torch.randn(1, 3, 4)
mask = torch.tensor([[False, True, True], [True, True, True], [False, False, False]])   # True: hidden
for need_weights in (True, False):
    y, _ = attention(x, x, x, attn_mask=mask, need_weights=need_weights)
    print(need_weights, y[0, 1].tolist(), "others finite:", bool(y[0, [0, 2]].isfinite().all()))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: rows with no key come from padding combined with a causal mask; asking for the weights
#     in order to look at them turns the output into nan.
