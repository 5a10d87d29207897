#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: in eval mode a TransformerEncoder gives the same output with and without no_grad.
# Seen: under no_grad a faster path runs that writes 0 at padded positions; with a graph they hold
#     ordinary numbers.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
real positions equal: True
padded positions are 0 with a graph: False
padded positions are 0 under no_grad: True
means over time equal: False
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch import nn

torch.manual_seed(0)
encoder = nn.TransformerEncoder(nn.TransformerEncoderLayer(4, 2, 8, batch_first=True), 1).eval()
x = torch.randn(2, 5, 4)
padding = torch.tensor([[0, 0, 0, 0, 0], [0, 0, 0, 1, 1]], dtype=torch.bool)
with_graph = encoder(x, src_key_padding_mask=padding).detach()
with torch.no_grad():
    without = encoder(x, src_key_padding_mask=padding)
print("real positions equal:", torch.allclose(with_graph[~padding], without[~padding], atol=1e-5))
print("padded positions are 0 with a graph:", bool((with_graph[padding] == 0).all()))
print("padded positions are 0 under no_grad:", bool((without[padding] == 0).all()))
print("means over time equal:", torch.allclose(with_graph.mean(1), without.mean(1), atol=1e-5))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: pooling over time without the mask scores differently in validation than in training,
#     and comparing two frameworks needs the padded positions masked first.
