#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: a layer whose gradient passes gradcheck on the CPU has a right second derivative as well.
# Seen: the second derivative of weight_norm with respect to v is wrong: it differs from finite
#     differences and from g v / |v| written out.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
layer first order right: True second order right: False
formula first order right: True second order right: True
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch import nn

v0 = torch.tensor([[1.0, 2.0], [-1.0, 0.5]], dtype=torch.float64)
g = torch.tensor([[1.5], [0.7]], dtype=torch.float64)
weights = torch.tensor([[0.3, -0.8], [1.0, 0.4]], dtype=torch.float64)

def layer(v):
    linear = nn.utils.parametrizations.weight_norm(nn.Linear(2, 2, bias=False).double())
    return torch.func.functional_call(linear.parametrizations.weight, dict(original0=g, original1=v), ())

def formula(v):
    return v * (g / v.norm(dim=1, keepdim=True))

def slope(f, v, **settings):    # by v, of the weighted sum of the weight
    return torch.autograd.grad((f(v) * weights).sum(), v, **settings)[0]

for name, f in [("layer", layer), ("formula", formula)]:
    v = v0.clone().requires_grad_()
    second, = torch.autograd.grad((slope(f, v, create_graph=True) * weights).sum(), v)
    step = 1e-5 * weights
    up, down = ((v0 + s).requires_grad_() for s in (step, -step))
    numeric = (slope(f, up) - slope(f, down)) / 2e-5      # Hessian times weights
    print(name, "first order right:", torch.allclose(slope(layer, v), slope(formula, v)),
          "second order right:", torch.allclose(second, numeric, atol=1e-6))
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: gradient penalties and meta-learning through weight-normalised layers get a wrong
#     gradient without an error; test every rule to the second order.
