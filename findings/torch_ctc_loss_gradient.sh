#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: the gradient of ctc_loss with respect to its argument log_probs is its slope by finite
#     differences.
# Seen: it is the gradient with respect to logits in front of a log_softmax; only the composition
#     of both is right.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
of log_probs error 0.472, gradients of a step sum to 0.000
of logits error 0.000, gradients of a step sum to 0.000
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.nn import functional as F

def loss(log_probs):
    target, lengths = torch.tensor([[1, 2]]), (torch.tensor([3]), torch.tensor([2]))
    return F.ctc_loss(log_probs, target, *lengths, reduction="sum")

def slopes(f, x, step=1e-6):
    return torch.stack([(f(x + step * e) - f(x - step * e)) / (2 * step)
                        for e in torch.eye(x.numel(), dtype=x.dtype).reshape(-1, *x.shape)])

logits = torch.linspace(-1, 1, 9, dtype=torch.float64).square().reshape(3, 1, 3)
for name, f, x in [("of log_probs", loss, logits.log_softmax(-1)),
                   ("of logits", lambda x: loss(x.log_softmax(-1)), logits)]:
    x = x.detach().requires_grad_()
    gradient, = torch.autograd.grad(f(x), x)
    error = gradient.flatten() - slopes(f, x.detach())
    print(name, f"error {error.abs().max().item():.3f}, gradients of a step sum to "
                f"{abs(gradient.sum(-1)).max().item():.3f}")
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: a gradient test of the loss alone fails against PyTorch, and a loss on log-probabilities
#     that are not normalised gets a wrong gradient without an error.
