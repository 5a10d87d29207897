#!/usr/bin/env bash
# Package: numpy==2.4.6
# Guess: np.sum adds pairwise, so the order of the axes changes the last digits at most.
# Seen: it does so only along the fast axis; over rows it adds one by one, so sums stall and
#     constants get a variance.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6

cat > "$folder/expected" <<'END'
float16 over rows [2048.0, 2048.0] over columns [4096.0, 4096.0]
float32 over rows off by more than 0.5 %: True than 0.001 %: True
float32 over columns off by more than 0.5 %: False than 0.001 %: False
variance of a constant over rows > 0.001: True over columns: False
END

"$folder/bin/python" -W ignore - > "$folder/seen" <<'END'
import numpy as np

ones = np.ones((4096, 2), np.float16)
print("float16 over rows", ones.sum(0).tolist(), "over columns", np.ascontiguousarray(ones.T).sum(1).tolist())
tenth = np.full((1_000_000, 2), 0.1, np.float32)
for name, x, axis in [("rows", tenth, 0), ("columns", np.ascontiguousarray(tenth.T), 1)]:
    error = abs(x.sum(axis, dtype="float32")[0] / 100_000 - 1)
    print("float32 over", name, "off by more than 0.5 %:", error > 0.005, "than 0.001 %:", error > 1e-5)
constant = np.full((100_000, 2), 1000.1, np.float32)
print("variance of a constant over rows > 0.001:", constant.var(0)[0] > 0.001,
      "over columns:", np.ascontiguousarray(constant.T).var(1)[0] > 0.001)
END

diff "$folder/expected" "$folder/seen"
echo "seen again: numpy==2.4.6"
# Matters: the mean over a batch, (N, D) -> (D), is such a sum: accumulate in float64 with dtype=,
#     or sum a copy whose fast axis is the batch.
