#!/usr/bin/env bash
# Package: torch==2.13.0
# Guess: an entry that a function does not read has gradient 0.
# Seen: cholesky and eigvalsh read only the lower triangle, and return a symmetric gradient for
#     the whole matrix.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check torch==2.13.0

cat > "$folder/expected" <<'END'
cholesky (0, 1) gradient 0.2768 slope 0.0000
cholesky (1, 0) gradient 0.2768 slope 0.5536
eigvalsh (0, 1) gradient 0.6000 slope 0.0000
eigvalsh (1, 0) gradient 0.6000 slope 1.2000
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import torch

matrix = torch.tensor([[2.0, 0.3], [0.3, 1.0]], dtype=torch.float64, requires_grad=True)
step = 1e-6
for name, f in [("cholesky", lambda a: torch.linalg.cholesky(a).sum()),
                ("eigvalsh", lambda a: (torch.linalg.eigvalsh(a) ** 2).sum())]:
    gradient, = torch.autograd.grad(f(matrix), matrix)
    for i, j in [(0, 1), (1, 0)]:
        move = torch.zeros_like(matrix.detach())
        move[i, j] = step
        slope = (f(matrix.detach() + move) - f(matrix.detach() - move)) / (2 * step)
        print(name, (i, j), f"gradient {gradient[i, j].item():.4f} slope {abs(slope.item()):.4f}")
END

diff "$folder/expected" "$folder/seen"
echo "seen again: torch==2.13.0"
# Matters: finite differences entry by entry reject a rule that agrees with PyTorch; check such
#     functions through (a + a.T) / 2, and expect half the slope in each triangle.
