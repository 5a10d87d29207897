#!/usr/bin/env bash
# Package: silero-vad==6.2.3, onnx==1.23.2, safetensors==0.8.0, numpy==2.4.6
# Guess: silero_vad_16k.safetensors, which its tinygrad model loads, holds the weights of the .onnx file beside it.
# Seen: only the Fourier transform is the same. Every weight that was trained is another one, so the same sound gets
#     other probabilities of speech.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder"
"$folder/bin/pip" install --quiet --disable-pip-version-check --no-deps silero-vad==6.2.3
"$folder/bin/pip" install --quiet --disable-pip-version-check onnx==1.23.2 safetensors==0.8.0 numpy==2.4.6

cat > "$folder/expected" <<'END'
stft_conv.weight            same shape, largest difference 0.00
conv1.weight                same shape, largest difference 4.03
conv4.weight                same shape, largest difference 18.18
lstm_cell.weight_ih         same shape, largest difference 1.01
lstm_cell.weight_hh         same shape, largest difference 0.65
final_conv.weight           same shape, largest difference 1.16
END

"$folder/bin/python" - > "$folder/seen" <<'END'
import importlib.metadata

import numpy as np
import onnx
from safetensors.numpy import load_file

data = importlib.metadata.distribution("silero-vad").locate_file("silero_vad/data")
graph = onnx.load(f"{data}/silero_vad_16k_op15.onnx").graph
exported = {tensor.name: onnx.numpy_helper.to_array(tensor) for tensor in graph.initializer}
held = load_file(f"{data}/silero_vad_16k.safetensors")
for name, other in [("stft_conv.weight", "model.stft.forward_basis_buffer"),
                    ("conv1.weight", "model.encoder.0.reparam_conv.weight"),
                    ("conv4.weight", "model.encoder.3.reparam_conv.weight"),
                    ("lstm_cell.weight_ih", "model.decoder.rnn.weight_ih"),
                    ("lstm_cell.weight_hh", "model.decoder.rnn.weight_hh"),
                    ("final_conv.weight", "model.decoder.decoder.2.weight")]:
    a, b = held[name], exported[other]
    print(f"{name:<28}{'same' if a.shape == b.shape else 'another'} shape, largest difference "
          f"{np.abs(a - b).max():.2f}")
END

diff "$folder/expected" "$folder/seen"
echo "seen again: silero-vad==6.2.3"
# Matters: a port that reads the simplest file runs without an error, and is another detector than the one that the
#     package's own functions load; compare weights and outputs with a reference before trusting a file.
