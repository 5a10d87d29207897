#!/usr/bin/env bash
# Package: magika==1.0.3, onnxruntime==1.32.0
# Guess: the score of a file does not depend on which other files are identified in the same call.
# Seen: for short files it does, by about 0.01. Most of their input is padding, where E[x^2] - E[x]^2, the variance in
#     the network's normalisation, is only rounding; a batch adds up in another order than a single file.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check magika==1.0.3 onnxruntime==1.32.0

cat > "$folder/expected" <<'END'
gl/lib/rmdir.c          alone twice: same    beside a copy: differs by more than 0.003
DISCLAIMER              alone twice: same    beside a copy: differs by more than 0.003
License: Latex2e        alone twice: same    beside a copy: differs by more than 0.003
END

"$folder/bin/python" - "$folder" > "$folder/seen" <<'END'
import sys
from pathlib import Path

from magika import Magika

identifier = Magika()
for i, text in enumerate(["gl/lib/rmdir.c", "DISCLAIMER", "License: Latex2e"]):
    paths = [Path(sys.argv[1]) / f"{i}{copy}" for copy in "ab"]
    for path in paths:
        path.write_text(text)
    alone, again = (identifier.identify_path(paths[0]).prediction.score for _ in range(2))
    beside = identifier.identify_paths(paths)[0].prediction.score
    print(f"{text:<24}alone twice: {'same' if alone == again else 'differs':<8}beside a copy: "
          f"{'differs by more than 0.003' if abs(alone - beside) > 0.003 else 'same'}")
END

diff "$folder/expected" "$folder/seen"
echo "seen again: magika==1.0.3, onnxruntime==1.32.0"
# Matters: scores of short files cannot be compared to more than two digits, neither between runs with other batches
#     nor with a port; near a threshold, the label can depend on the company.
