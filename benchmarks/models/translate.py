"""The model of the demo translate beside its PyTorch twin: `python -m benchmarks.models.translate [LIBRARY]`.

LIBRARY: minigrad or torch; both if left out. The twins start from the same weights and see the same batches
in the same order, with the settings of the demo; dropout draws other numbers in each. The weights of the
epoch with the smallest validation loss are kept. Prints the lines of docs/models/translation.md: BLEU as
minigrad counts it and, of the same words and of plain text, as sacrebleu does, if that is installed. Seconds
are those of the processor. Needs PyTorch.
"""

import copy
import sys
import time

import torch

from benchmarks.models.spelling import LIBRARIES, train
from benchmarks.twin import copy_weights, twin
from minigrad.demos import translate
from minigrad.metrics import bleu

EPOCHS, SEED = 9, 0


def trained(library, verses, english, french):
    """The model, its smallest validation loss, that epoch, seconds of training."""
    kit, shared = LIBRARIES[library]
    model = translate.network(english, french, SEED)
    if library == "torch":
        model = copy_weights(model, translate.network(english, french, SEED,
                                                      twin("minigrad.models.attention_lstm").AttentionLSTM))
    training, validation = ([*shared.loader(translate.pairs(part, english, french), translate.SIZE, SEED)]
                            if part is verses[1] else
                            shared.loader(translate.pairs(part, english, french), translate.SIZE, SEED)
                            for part in verses[:2])
    epochs, weights = [], []

    def validate():
        model.eval()
        with kit.no_grad():
            losses = [(shared.loss(model(source, before), after).item(), int((after != 0).sum()))
                      for source, before, after in validation]
        epochs.append(sum(loss * n for loss, n in losses) / sum(n for _, n in losses))
        if epochs[-1] == min(epochs):
            weights[:] = [copy.deepcopy(model.state_dict())]

    start = time.process_time()
    train(library, model, training, translate.LR, EPOCHS * len(training), validate)
    seconds = time.process_time() - start
    model.load_state_dict(weights[0])
    return model, min(epochs), 1 + epochs.index(min(epochs)), seconds


def scores(found, references):
    """BLEU by minigrad, by sacrebleu of the same words, by sacrebleu of plain text."""
    ours = bleu([translate.words(text) for text in found], [translate.words(text) for text in references])
    try:
        import sacrebleu
    except ImportError:
        return f"{ours:.2f} | not installed | not installed"
    split = [[" ".join(translate.words(text)) for text in texts] for texts in (found, references)]
    same = sacrebleu.corpus_bleu(split[0], [split[1]], tokenize="none", force=True).score
    plain = sacrebleu.corpus_bleu(found, [references]).score
    return f"{ours:.2f} | {same:.2f} | {plain:.2f}"


def main(asked):
    torch.set_num_threads(1)
    verses = translate.split(SEED)
    english, french = translate.tokenizers(verses[0])
    sources, references = [list(texts) for texts in zip(*verses[2])]
    print("| | search | BLEU, minigrad | sacrebleu, same words | sacrebleu, plain text | validation loss "
          "| seconds of training |\n|---|---|---|---|---|---|---|")
    for name, baseline in ("nearest verse", translate.nearest), ("word by word", translate.word_by_word):
        print(f"| {name} | | {scores(baseline(sources, verses[0]), references)} | | |", flush=True)
    for library in [asked] if asked else LIBRARIES:
        model, smallest, epoch, seconds = trained(library, verses, english, french)
        for how, beam in ("greedy", 1), ("beam of 5", 5):
            ids = [english.encode(text) for text in sources]
            written = LIBRARIES[library][1].write(model, ids, beam=beam, longest=translate.LONGEST, alpha=1.0)
            found = [french.decode(best[0].ids) for best in written]
            print(f"| {library} | {how} | {scores(found, references)} "
                  f"| {smallest:.3f} (epoch {epoch}) | {seconds:.0f} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else None)
