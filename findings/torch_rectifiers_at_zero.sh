#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: max(x, 0) has one gradient at x = 0, whichever function writes it.
# Seen: at 0 it is 0 for relu, hardtanh and where, 1 for clamp and fmax, and 0.5 for maximum.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
relu 0.0 0.0
hardtanh 0.0 0.0
where 0.0 0.0
maximum 0.0 0.5
clamp 0.0 1.0
fmax 0.0 1.0
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch
from torch.nn import functional as F

zero = torch.zeros(())
for name, rectify in [
        ("relu", F.relu), ("hardtanh", lambda x: F.hardtanh(x, 0, 9)),
        ("where", lambda x: torch.where(x > 0, x, zero)), ("maximum", lambda x: torch.maximum(x, zero)),
        ("clamp", lambda x: x.clamp(min=0)), ("fmax", lambda x: torch.fmax(x, zero))]:
    x = torch.zeros((), requires_grad=True)
    y = rectify(x)
    y.backward()
    print(name, y.item(), x.grad.item())
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: zeros are common after an earlier relu, so a model ported from clamp to relu trains
#     differently, and a framework has to set this gradient name by name.
