#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: a batch whose targets have no weight gives loss nan and gradient nan, or 0 and 0,
#     whatever the reason.
# Seen: the loss is nan in both cases; the gradient is 0 where all targets are ignored, and nan
#     where the targets' class weights are 0.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
all ignored nan ['0.0']
all weights 0 nan ['nan']
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.nn import functional as F

for name, target, settings in [
        ("all ignored", [-100, -100], {}),
        ("all weights 0", [0, 0], dict(weight=torch.tensor([0.0, 1.0, 1.0])))]:
    logits = torch.tensor([[0.5, -1.0, 2.0], [1.0, 0.0, 0.0]], requires_grad=True)
    loss = F.cross_entropy(logits, torch.tensor(target), **settings)
    loss.backward()
    print(name, loss.item(), sorted({str(g) for g in logits.grad.flatten().tolist()}))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: a batch of nothing but padding shows nan in the log yet leaves the weights intact; stopping at
#     a nan loss and stopping at a nan gradient are not the same check.
