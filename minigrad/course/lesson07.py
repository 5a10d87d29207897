"""The exercises of lesson 7: house prices, from cleaning numbers to judging models."""

import numpy as np

import minigrad
from minigrad import nn, optim, primitive
from minigrad.course.grading import Case, Exercise, call
from minigrad.course.lesson03 import numbers
from minigrad.course.words import padded, say
from minigrad.data import DataLoader, TensorDataset, ames, train_test_split
from minigrad.train import Callback, Trainer


def some_houses():
    """(features (2930, 4), log prices (2930,)): area, rooms, year of construction, cars in the garage."""
    houses = ames()
    names = ("Gr_Liv_Area", "TotRms_AbvGrd", "Year_Built", "Garage_Cars")
    return np.column_stack([houses[name] for name in names]), np.log(houses["Sale_Price"])


def r2(prediction, target):
    return 1 - ((target - prediction) ** 2).sum() / ((target - target.mean()) ** 2).sum()


def tensors(x, y, rows):
    """Standardised over `rows`: all features (n, 4) and targets (n, 1) as tensors."""
    y = y[:, None]
    return [minigrad.tensor((values - values[rows].mean(0)) / values[rows].std(0), dtype=minigrad.float32)
            for values in (x, y)]


def network(inputs, seed=0):
    """A new network inputs -> 10 -> 1; the lesson's own random numbers go on as before."""
    state = minigrad.get_rng_state()
    minigrad.manual_seed(seed)
    model = nn.Sequential(nn.Linear(inputs, 10), nn.ReLU(), nn.Linear(10, 1))
    minigrad.set_rng_state(state)
    return model


# 7.1


def scaled(values, train):
    mean, deviation = values[train].mean(axis=0), values[train].std(axis=0)
    return (values - mean) / np.where(deviation > 0, deviation, 1)


def scaled_by(deviation):
    def scaled(values, train):
        spread = deviation(values, train)
        return (values - values[train].mean(axis=0)) / np.where(spread > 0, spread, 1)
    return scaled


def divides_by_zero(values, train):
    with np.errstate(all="ignore"):
        return (values - values[train].mean(axis=0)) / values[train].std(axis=0)


def two_columns():
    return numbers(6, 2) * [1000, 2] + [5000, -3]


def constant_column(answer):
    """The scaled rows; 1000 in place of what is no number."""
    with np.errstate(all="ignore"):
        result = answer(CONSTANT.copy(), np.array([0, 1, 2]))
    if not isinstance(result, np.ndarray) or result.dtype.kind != "f":
        return result
    return np.where(np.isfinite(result), result, 1000.0)


def leaves_values_alone(answer):
    """The scaled rows, and the values afterwards."""
    values = two_columns()
    return answer(values, np.array([0, 3, 5])), values


def writes_into_values(values, train):
    result = scaled(values, train)
    values[:] = result
    return result


CONSTANT = np.array([[1.0, 2.0, 7.0], [3.0, 6.0, 7.0], [5.0, 1.0, 7.0], [9.0, 9.0, 7.0]])

SCALED = Exercise(
    "7.1", "one scale for all columns",
    cases=[Case("{name}(values, train) of two columns, where train is all rows,",
                lambda answer: answer(two_columns(), np.arange(6))),
           Case("{name}(values, train) of two columns, where train is three of six rows,",
                lambda answer: answer(two_columns(), np.array([4, 0, 1]))),
           Case("{name}(values, train) of one column, (5,),",
                lambda answer: answer(numbers(5) + 2, np.array([0, 2, 3]))),
           Case("{name}(values, train), where the last column is 7 in all rows,", constant_column),
           Case("({name}(values, train), values afterwards)", leaves_values_alone)],
    solution=scaled,
    mistakes={
        "Mean and deviation come from the training rows alone. Those of all rows would tell the model "
        "something about houses that it has not seen.": lambda values, train: scaled(values, slice(None)),
        "Each column has its own mean and deviation: axis=0.":
            lambda values, train: (values - values[train].mean()) / values[train].std(),
        "Return all rows, scaled, and not only those for training.":
            lambda values, train: scaled(values, train)[train],
        "Divide by the standard deviation, the root of the variance.":
            scaled_by(lambda values, train: values[train].var(axis=0)),
        "A column that does not vary has deviation 0, and 0 / 0 is not a number. Divide by 1 there.":
            divides_by_zero,
        "This writes into `values`, which others still need. Make a new array: values - mean, not values -= "
        "mean.":
            writes_into_values,
        "This is on the right scale, but not centred: subtract the mean of the training rows first.":
            lambda values, train: scaled(values, train) + values[train].mean(0) / np.where(
                values[train].std(0) > 0, values[train].std(0), 1),
    },
    hint="(values - mean) / deviation, with mean and deviation of values[train], for each column.")


# 7.2


def slope_of_log_cosh(e):
    return np.tanh(e)


def prices_with_your_loss(slope):
    """Train on the houses with the loss whose slope the student wrote."""
    @primitive
    def log_cosh(xp, e):
        return xp.log(xp.cosh(e))
    log_cosh.defvjp(lambda g, e: g * slope(e))
    minigrad.gradcheck(log_cosh, minigrad.linspace(-3, 3, 7, dtype=minigrad.float64, requires_grad=True))
    print(say("minigrad's gradcheck accepts your slope."))

    x, y = some_houses()
    train, test = train_test_split(np.arange(len(x)), seed=0)
    X, Y = tensors(x, y, train)
    model = network(4)
    optimizer = optim.Adam(model.parameters(), lr=0.02)
    for step in range(200):
        loss = log_cosh(model(X[train]) - Y[train]).mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with minigrad.no_grad():
        score = r2(model(X)[test].numpy(), Y[test].numpy())
    print(say("A network trained with your loss, on four features: R² {score:.3f} on {count} unseen houses.",
              score=score, count=len(test)))


SLOPE = Exercise(
    "7.2", "another loss",
    cases=[Case("{name}(e) for 13 numbers from -3 to 3",
                lambda answer: answer(np.linspace(-3, 3, 13))),
           Case("{name}(e) for an array of shape (2, 2)",
                lambda answer: answer(np.array([[0.0, 10.0], [-20.0, 1e-3]])))],
    solution=slope_of_log_cosh,
    mistakes={
        "The chain rule has two factors: the slope of ln at cosh(e), which is 1 / cosh(e), and the slope of "
        "cosh, which is sinh(e).": lambda e: 1 / np.cosh(e),
        "This is the slope of cosh alone. Multiply it by the slope of ln at cosh(e).": np.sinh,
        "cosh' is sinh, without a minus (it is cos' that has one).": lambda e: -np.tanh(e),
        "This is ln(cosh(e)) itself. Write its derivative.": lambda e: np.log(np.cosh(e)),
        "Multiply the two slopes; the chain rule does not add them.": lambda e: 1 / np.cosh(e) + np.sinh(e),
    },
    hint="Use the chain rule: first the derivative of the outer function, ln, then that of cosh.", atol=1e-5,
    then=prices_with_your_loss)


# 7.3


def deep_by_hand(x, V1, c1, V2, c2, V3, c3):
    h = minigrad.relu(x @ V1.T + c1)
    h = minigrad.relu(h @ V2.T + c2)
    return h @ V3.T + c3


def deep_with(first, second, third):
    """The same with other functions after the layers."""
    def deep_by_hand(x, V1, c1, V2, c2, V3, c3):
        return third(second(first(x @ V1.T + c1) @ V2.T + c2) @ V3.T + c3)
    return deep_by_hand


def as_it_is(x):
    return x


def without_bias(x, V1, c1, V2, c2, V3, c3):
    return minigrad.relu(minigrad.relu(x @ V1.T) @ V2.T) @ V3.T


def deep_case(n, inputs, hidden):
    """What the student computes for n houses and the parameters of a network with two hidden layers."""
    def use(answer):
        sizes = [(n, inputs), (hidden, inputs), (hidden,), (hidden, hidden), (hidden,), (1, hidden), (1,)]
        given = [minigrad.tensor(numbers(*size) - 0.2 * i, dtype=minigrad.float32, requires_grad=i > 0)
                 for i, size in enumerate(sizes)]
        return answer(*given)
    return Case(f"{{name}} of {n} houses with {inputs} features", use)


DEEP = Exercise(
    "7.3", "one more layer",
    cases=[deep_case(5, 3, 10), deep_case(1, 2, 4), deep_case(4, 4, 3)],
    solution=deep_by_hand,
    mistakes={
        "The last layer has no ReLU: a price below the mean needs a negative output.":
            deep_with(minigrad.relu, minigrad.relu, minigrad.relu),
        "Without ReLU in between, three linear layers are one linear layer.":
            deep_with(as_it_is, as_it_is, as_it_is),
        "The second hidden layer has a ReLU, too.": deep_with(minigrad.relu, as_it_is, as_it_is),
        "The first hidden layer has a ReLU, too.": deep_with(as_it_is, minigrad.relu, as_it_is),
        "Each layer adds its bias, c1, c2 and c3.": without_bias,
    },
    hint="Each of the layers is h @ V.T + c. Which of them are followed by ReLU?", atol=1e-4)


# 7.4


def stop_epoch(losses, patience):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best, waited = loss, 0
        else:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses) - 1


def compares_with_the_one_before(losses, patience):
    waited = 0
    for epoch in range(1, len(losses)):
        waited = 0 if losses[epoch] < losses[epoch - 1] else waited + 1
        if waited == patience:
            return epoch
    return len(losses) - 1


def never_forgives(losses, patience):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses):
        if loss < best:
            best = loss
        else:
            waited += 1
        if waited == patience:
            return epoch
    return len(losses) - 1


def equal_is_better(losses, patience):
    best, waited = float("inf"), 0
    for epoch, loss in enumerate(losses):
        best, waited = (loss, 0) if loss <= best else (best, waited + 1)
        if waited == patience:
            return epoch
    return len(losses) - 1


class Stopping(Callback):
    """Ends a training with the student's rule."""

    def __init__(self, rule, patience):
        self.rule, self.patience = rule, patience

    def on_epoch_end(self, trainer, row):
        losses = [float(loss) for loss in trainer.history["val_loss"]]
        if self.rule([*losses, float("inf")], self.patience) == len(losses) - 1:   # not because they end
            trainer.stop("your rule says so")


def stops_a_training(rule):
    """The student's rule as a callback of minigrad's Trainer."""
    x, y = some_houses()
    few, others = np.arange(30), np.arange(1000, 1600)
    X, Y = tensors(x, y, few)
    state = minigrad.get_rng_state()
    minigrad.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 64), nn.ReLU(), nn.Linear(64, 1))
    trainer = Trainer(model, nn.MSELoss(), optim.Adam(model.parameters(), lr=0.01),
                      callbacks=[Stopping(rule, 10)])
    history = trainer.fit([(X[few], Y[few])], [(X[others], Y[others])], epochs=400, verbose=False)
    minigrad.set_rng_state(state)
    losses = history["val_loss"]
    best = int(np.argmin(losses))
    print(say("As a callback with patience 10, your rule stopped a training on 30 houses after {count} of "
              "400 epochs;\nthe lowest validation loss so far was {lowest:.3f}, in epoch {epoch}.",
              count=len(losses), lowest=losses[best], epoch=best + 1))


STOP = Exercise(
    "7.4", "when to stop",
    cases=[call([5, 4, 3, 4, 4, 1], 2), call([5, 4, 3, 4, 4, 1], 3), call([3, 2, 1], 1),
           call([1, 1, 1, 1], 2), call([4, 5, 3, 5, 2], 2), call([5, 3, 4, 3.5, 3.2, 1], 3), call([2.0], 1)],
    solution=stop_epoch,
    mistakes={
        "Compare with the best loss so far, and not with that of the epoch before.":
            compares_with_the_one_before,
        "An improvement starts the count anew: set it back to 0.": never_forgives,
        "A loss that is only as low as the best one is no improvement.": equal_is_better,
        "This is the best epoch. Return the one after which training stops, `patience` epochs later.":
            lambda losses, patience: losses.index(min(losses[:stop_epoch(losses, patience) + 1])),
        "This stops one epoch too late.":
            lambda losses, patience: stop_epoch(losses, patience + 1),
        "If it never stops early, return the index of the last epoch, which is one less than their number.":
            lambda losses, patience: (lambda at: at if at < len(losses) - 1 else len(losses))(
                stop_epoch(losses, patience)),
    },
    hint="Go through these losses by hand, and count the epochs since the best one.", then=stops_a_training)


# 7.5


def k_folds(rows, k):
    parts = np.array_split(rows, k)
    return [(np.concatenate(parts[:i] + parts[i + 1:]), parts[i]) for i in range(k)]


def drops_the_rest(rows, k):
    size = len(rows) // k
    return [(np.concatenate([rows[:i * size], rows[(i + 1) * size:]]), rows[i * size:(i + 1) * size])
            for i in range(k)]


def all_the_rest_in_the_last(rows, k):
    size = len(rows) // k
    cuts = [*(i * size for i in range(k)), len(rows)]
    return [(np.concatenate([rows[:a], rows[b:]]), rows[a:b]) for a, b in zip(cuts, cuts[1:])]


def the_numbers_of_rows(rows, k):
    return k_folds(np.arange(len(rows)), k)


def folds_of(rows, k):
    """[pairs; rows of which just one fold is validated; rows in both parts of a pair; rows in no part of a
    pair; difference of the largest and smallest validation part]"""
    def use(answer):
        pairs = answer(rows.copy(), k)
        if pairs is None or pairs is ...:
            return None
        pairs = [tuple(np.asarray(part).tolist() for part in pair) for pair in pairs]
        if any(len(pair) != 2 for pair in pairs):
            raise ValueError(say("each fold should be a pair (training rows, validation rows)"))
        counts = [sum(row in validation for _, validation in pairs) for row in rows.tolist()]
        both = sum(len({*training} & {*validation}) for training, validation in pairs)
        missing = sum(len({*rows.tolist()} - {*training} - {*validation}) for training, validation in pairs)
        sizes = [len(validation) for _, validation in pairs] or [0]
        return np.array([len(pairs), counts.count(1), both, missing, max(1, max(sizes) - min(sizes))])
    return Case(f"{{name}} of {len(rows)} rows and k = {k}: [pairs, rows validated exactly once, rows in "
                "both parts of a pair, rows in no part of a pair, difference of the largest and smallest "
                "validation part (1 if it is 0)]", use)


def compares_two_models(folds):
    """Rate a line and a network on the student's folds."""
    x, y = some_houses()
    rows = np.random.default_rng(0).permutation(len(x))
    line, net = [], []
    state = minigrad.get_rng_state()
    for training, validation in folds(rows, 5):
        training, validation = np.asarray(training), np.asarray(validation)
        X, Y = tensors(x, y, training)
        table = np.column_stack([X.numpy(), np.ones(len(x))])
        weights = np.linalg.lstsq(table[training], Y.numpy()[training], rcond=None)[0]
        line.append(r2(table[validation] @ weights, Y.numpy()[validation]))
        model = network(4)
        minigrad.manual_seed(0)
        trainer = Trainer(model, nn.MSELoss(), optim.Adam(model.parameters(), lr=0.02))
        trainer.fit(DataLoader(TensorDataset(X[training], Y[training]), batch_size=128, shuffle=True),
                    epochs=12, verbose=False)
        prediction = trainer.predict(X[validation]).numpy()
        net.append(r2(prediction, Y.numpy()[validation]))
    minigrad.set_rng_state(state)
    print(say("Two models on your five folds, with the same four features:"))
    for name, each in [(say("least squares"), line), (say("network 4 → 10 → 1"), net)]:
        print(say("    {name}  R² {mean:.3f} ± {spread:.3f}, from {low:.3f} to {high:.3f}",
                  name=padded(name, 18), mean=np.mean(each), spread=np.std(each), low=min(each),
                  high=max(each)))


K_FOLDS = Exercise(
    "7.5", "every house is a test once",
    cases=[folds_of(np.array([5, 0, 3, 1, 4, 2]), 3), folds_of(np.arange(11)[::-1], 3),
           folds_of(np.array([20, 30, 10, 50]), 4), folds_of(np.arange(100, 109), 5),
           folds_of(np.arange(10), 4)],
    solution=k_folds,
    mistakes={
        "Some rows are in no validation part: k times the rounded-down size is less than the number of rows.":
            drops_the_rest,
        "All remaining rows went into the last part. The sizes may differ by 1 at most.":
            all_the_rest_in_the_last,
        "A validation row may not be a training row of the same fold: the model would be tested on what it "
        "has seen.": lambda rows, k: [(rows, part) for part in np.array_split(rows, k)],
        "Each pair is (training rows, validation rows), and the validation part is the small one.":
            lambda rows, k: [(b, a) for a, b in k_folds(rows, k)],
        "These are places in `rows`. Return the rows themselves.": the_numbers_of_rows,
        "This is one pair. Return a list of k pairs, one for each part.":
            lambda rows, k: k_folds(rows, k)[:1],
    },
    hint="Cut the rows into k parts. In fold i, part i is for validation, and all others are for training.",
    then=compares_two_models)


# 7.6


def importance(predict, x, y, column, order):
    shuffled = x.copy()
    shuffled[:, column] = shuffled[order, column]
    return r2(predict(x), y) - r2(predict(shuffled), y)


def shuffles_whole_rows(predict, x, y, column, order):
    return r2(predict(x), y) - r2(predict(x[order]), y)


def shuffles_the_original(predict, x, y, column, order):
    x[:, column] = x[order, column]
    return r2(predict(x), y) - r2(predict(x), y)


def compares_predictions(predict, x, y, column, order):
    shuffled = x.copy()
    shuffled[:, column] = shuffled[order, column]
    return 1 - r2(predict(shuffled), predict(x))


def drop(weights, column, bent=False):
    """The importance of a column for a known model; afterwards x must be as before."""
    def use(answer):
        x = numbers(8, 3)
        before, y = x.copy(), x @ [1.0, 2.0, -1.0] + 0.3 * numbers(8)
        result = answer(lambda x: (np.maximum(0, x) if bent else x) @ weights, x, y, column,
                        np.array([3, 0, 6, 1, 7, 2, 5, 4]))
        return result if np.array_equal(x, before) else 1000.0
    text = "a bent model" if bent else f"the model x @ {list(weights)}"
    return Case(f"{{name}} of column {column} for {text} (1000 if it changes x)", use)


IMPORTANCE = Exercise(
    "7.6", "which features matter?",
    cases=[drop((1.0, 2.0, -1.0), 0), drop((1.0, 2.0, -1.0), 1), drop((1.0, 2.0, 0.0), 2),
           drop((1.0, 1.0, -1.0), 2, bent=True)],
    solution=importance,
    mistakes={
        "Shuffle one column only: after shuffling whole rows, the model knows nothing at all.":
            shuffles_whole_rows,
        "Shuffle a copy: x.copy(). The caller still needs x, and you need R² of the unshuffled x.":
            shuffles_the_original,
        "The sign is the other way round: R² before, minus R² after. A feature that matters has a positive "
        "drop.": lambda *given: -importance(*given),
        "Compare the predictions with y, the true prices, and not with other predictions.":
            compares_predictions,
        "This is R² after shuffling. How far did it drop?":
            lambda predict, x, y, column, order: r2(predict(x), y) - importance(predict, x, y, column, order),
    },
    hint="The model should see `shuffled`; the drop is a difference of two R².")


EXERCISES = [SCALED, SLOPE, DEEP, STOP, K_FOLDS, IMPORTANCE]
