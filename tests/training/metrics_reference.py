"""Inputs for the metrics, and what other libraries say of them, written to metrics_reference.json.

    python -m pip install scikit-learn==1.9.1 seqeval==1.2.2 sacrebleu==2.6.0
    python tests/training/metrics_reference.py

The tests need the file alone. NumPy's generators draw the same numbers everywhere.
"""

import json
import re
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_suffix(".json")
AVERAGES = ["binary", "micro", "macro", "weighted", None]


def class_ids():
    """{name: (output, target)} of class ids: random, unbalanced, an absent class, one class, all wrong."""
    rng = np.random.default_rng(1)
    return {
        "binary": (rng.integers(0, 2, 40), rng.integers(0, 2, 40)),
        "rare": (rng.integers(0, 2, 30), (np.arange(30) == 7).astype(np.int64)),
        "four": (rng.integers(0, 4, 50), rng.integers(0, 4, 50)),
        "never predicted": (rng.integers(0, 2, 30), rng.integers(0, 3, 30)),
        "never true": (rng.integers(0, 3, 30), rng.integers(0, 2, 30)),
        "gap": (rng.choice([0, 2], 20), rng.choice([0, 2, 4], 20)),
        "all ones": (np.ones(5, np.int64), np.ones(5, np.int64)),
        "all wrong": (np.zeros(5, np.int64), np.ones(5, np.int64)),
        "single": (np.array([1]), np.array([1])),
    }


def scores():
    """{name: (output, target)} of scores of class 1: distinct, tied, equal, perfect, reversed."""
    rng = np.random.default_rng(2)
    target = rng.integers(0, 2, 60)
    return {
        "random": (rng.random(60), target),
        "float32": (rng.random(60).astype(np.float32), target),
        "ties": (rng.integers(0, 6, 60) / 5, target),
        "equal": (np.full(60, 0.5), target),
        "perfect": (target * 0.5 + 0.25, target),
        "reversed": (0.75 - target * 0.5, target),
        "skewed": (rng.random(60) ** 4, (rng.random(60) < 0.1).astype(np.int64)),
        "two": (np.array([0.3, 0.7]), np.array([1, 0])),
    }


def several():
    """{name: (output, target)} of probabilities (N, V) of several classes, float64, and class ids."""
    rng = np.random.default_rng(3)
    tied = rng.integers(1, 4, (60, 3)).astype(np.float64)
    return {
        "three": (rng.dirichlet(np.ones(3), 60), rng.integers(0, 3, 60)),
        "five": (rng.dirichlet(np.full(5, 0.3), 80), rng.integers(0, 5, 80)),
        "ties": (tied / tied.sum(1, keepdims=True), rng.integers(0, 3, 60)),
        "unbalanced": (rng.dirichlet(np.ones(3), 60), rng.choice(3, 60, p=[0.8, 0.15, 0.05])),
    }


def tags():
    """{name: (output, target)} of sentences of BIO tags, also with I after nothing."""
    rng = np.random.default_rng(4)
    labels = np.array(["O", "B-PER", "I-PER", "B-LOC", "I-LOC", "B-ORGANISATION", "I-ORGANISATION"])
    true = [labels[rng.integers(0, 7, n)].tolist() for n in rng.integers(1, 20, 30)]
    guess = [[tag if rng.random() < 0.8 else str(rng.choice(labels)) for tag in row] for row in true]
    return {"noisy": (guess, true), "right": (true, true),
            "other type": ([["B-PER", "I-LOC"]], [["B-PER", "I-PER"]]),
            "none predicted": ([["O", "O"]], [["B-PER", "O"]])}


def sentences():
    """{name: (output, target)} of tokens; target has a list of references for each sentence."""
    rng = np.random.default_rng(5)
    words = np.array("the a cat dog sat ran on under mat".split())

    def texts(n, low, high):
        return [words[rng.integers(0, 9, k)].tolist() for k in rng.integers(low, high, n)]
    true = texts(20, 4, 15)
    near = [[w if rng.random() < 0.8 else str(rng.choice(words)) for w in row] for row in true]
    return {
        "near": (near, [[row] for row in true]),
        "short": ([row[:-2] for row in true], [[row] for row in true]),
        "two references": (near, [[a, b] for a, b in zip(texts(20, 4, 15), true)]),
        "random": (texts(6, 4, 8), [[row] for row in texts(6, 4, 8)]),
        "no match": ([["x", "y", "z", "u", "v"]], [[["a", "b", "c", "d", "e"]]]),
        "three words": ([["the", "cat", "sat"]], [[["the", "cat", "sat"]]]),
        "same": (true, [[row] for row in true]),
    }


def expected():
    import sacrebleu
    import sklearn
    from sacrebleu.metrics import BLEU
    from seqeval.metrics import classification_report as entity_report
    from seqeval.metrics.v1 import precision_recall_fscore_support as strict
    from seqeval.scheme import IOB2
    from sklearn import metrics as m
    from sklearn.calibration import calibration_curve

    counts = {}
    for name, (output, target) in class_ids().items():
        two = max(output.max(), target.max()) < 2
        values = counts[name] = {}
        for average in AVERAGES:
            if average == "binary" and not two:
                continue
            for zero in (0.0, 1.0, np.nan):
                labels = None if average else range(max(output.max(), target.max()) + 1)
                values[f"{average} {zero}"] = [
                    np.asarray(f(target, output, labels=labels, average=average, zero_division=zero)).tolist()
                    for f in (m.precision_score, m.recall_score, m.f1_score)]
        values["balanced"] = m.balanced_accuracy_score(target, output)
        values["matthews"] = m.matthews_corrcoef(target, output)
        report = m.classification_report(target, output, zero_division=0)
        values["report"] = re.sub(r"(\d)\.0$", r"  \1", report, flags=re.MULTILINE)     # 5.0 samples
    curves = {}
    for name, (output, target) in scores().items():
        curves[name] = {
            "roc": [x.tolist() for x in m.roc_curve(target, output)],
            "roc all": [x.tolist() for x in m.roc_curve(target, output, drop_intermediate=False)],
            "auc": m.roc_auc_score(target, output),
            "pr": [x.tolist() for x in m.precision_recall_curve(target, output)],
            "ap": m.average_precision_score(target, output),
            "log loss": m.log_loss(target, output), "brier": m.brier_score_loss(target, output),
            "uniform": [x.tolist() for x in calibration_curve(target, output, n_bins=7)],
            "quantile": [x.tolist() for x in calibration_curve(target, output, n_bins=4,
                                                               strategy="quantile")]}
    classes = {}
    for name, (output, target) in several().items():
        V = output.shape[1]
        hot = np.eye(V)[target]
        classes[name] = {
            **{f"{way} {average}": m.roc_auc_score(target, output, multi_class=way, average=average)
               for way in ("ovr", "ovo") for average in ("macro", "weighted")},
            "ovr None": m.roc_auc_score(target, output, multi_class="ovr", average=None).tolist(),
            **{f"ap {average}": np.asarray(m.average_precision_score(hot, output, average=average)).tolist()
               for average in ("macro", "weighted", None)},
            "log loss": m.log_loss(target, output), "brier": m.brier_score_loss(target, output)}
    entities = {}
    for name, (output, target) in tags().items():
        settings = dict(mode="strict", scheme=IOB2, zero_division=0)
        entities[name] = {}
        for average in ("micro", "macro", "weighted"):
            entities[name][average] = [float(x) for x in strict(target, output, average=average, scheme=IOB2,
                                                                zero_division=0)[:3]]
        entities[name]["report"] = entity_report(target, output, **settings)
    bleus = {}
    for name, (output, target) in sentences().items():
        most = max(map(len, target))
        references = [[" ".join(each[i]) for each in target] for i in range(most)]
        bleus[name] = {method: BLEU(tokenize="none", smooth_method=method, force=True).corpus_score(
            [" ".join(row) for row in output], references).score for method in ("exp", "none")}
    versions = {"scikit-learn": sklearn.__version__, "seqeval": "1.2.2", "sacrebleu": sacrebleu.__version__}
    return {"versions": versions, "class_ids": counts, "scores": curves, "several": classes,
            "tags": entities, "sentences": bleus}


if __name__ == "__main__":
    FILE.write_text(json.dumps(expected(), indent=0) + "\n", encoding="utf-8")
