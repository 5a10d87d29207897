"""Lesson 7 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 7.1
    "one scale for all columns": "让各列的尺度相同",
    "{name}(values, train) of two columns, where train is all rows,":
        "{name}(values, train)（有两列，train 是全部行）",
    "{name}(values, train) of two columns, where train is three of six rows,":
        "{name}(values, train)（有两列，train 是六行中的三行）",
    "{name}(values, train) of one column, (5,),": "{name}(values, train)（只有一列，形状为 (5,)）",
    "{name}(values, train), where the last column is 7 in all rows,":
        "{name}(values, train)（最后一列在所有行中都是 7）",
    "Mean and deviation come from the training rows alone. Those of all rows would tell the model "
    "something about houses that it has not seen.":
        "均值和标准差只能由训练行算出。如果由所有行来算，模型就得到了它没见过的房子的信息。",
    "({name}(values, train), values afterwards)": "({name}(values, train)，之后的 values)",
    "This writes into `values`, which others still need. Make a new array: values - mean, not values -= "
    "mean.":
        "这会写入 `values`，而别处还要用它。请新建一个数组：用 values - mean，不要用 values -= mean。",
    "Each column has its own mean and deviation: axis=0.": "每一列都有自己的均值和标准差：axis=0。",
    "Return all rows, scaled, and not only those for training.": "请返回变换后的所有行，而不只是训练行。",
    "Divide by the standard deviation, the root of the variance.": "要除以标准差，也就是方差的平方根。",
    "A column that does not vary has deviation 0, and 0 / 0 is not a number. Divide by 1 there.":
        "没有变化的列标准差为 0，而 0 / 0 不是一个数。对这样的列要除以 1。",
    "This is on the right scale, but not centred: subtract the mean of the training rows first.":
        "尺度对了，但没有中心化：请先减去训练行的均值。",
    "(values - mean) / deviation, with mean and deviation of values[train], for each column.":
        "对每一列计算 (values - mean) / deviation，其中均值和标准差由 values[train] 算出。",
    # 7.2
    "another loss": "另一种损失",
    "{name}(e) for 13 numbers from -3 to 3": "{name}(e)（e 是从 -3 到 3 的 13 个数）",
    "{name}(e) for an array of shape (2, 2)": "{name}(e)（e 是形状为 (2, 2) 的数组）",
    "The chain rule has two factors: the slope of ln at cosh(e), which is 1 / cosh(e), and the slope of "
    "cosh, which is sinh(e).":
        "链式法则有两个因子：ln 在 cosh(e) 处的斜率，即 1 / cosh(e)，以及 cosh 的斜率，即 sinh(e)。",
    "This is the slope of cosh alone. Multiply it by the slope of ln at cosh(e).":
        "这只是 cosh 的斜率。还要乘以 ln 在 cosh(e) 处的斜率。",
    "cosh' is sinh, without a minus (it is cos' that has one).":
        "cosh' 就是 sinh，没有负号（有负号的是 cos'）。",
    "This is ln(cosh(e)) itself. Write its derivative.": "这是 ln(cosh(e)) 本身。请写出它的导数。",
    "Multiply the two slopes; the chain rule does not add them.": "两个斜率要相乘；链式法则不是相加。",
    "Use the chain rule: first the derivative of the outer function, ln, then that of cosh.":
        "用链式法则：先求外层函数 ln 的导数，再求 cosh 的导数。",
    "minigrad's gradcheck accepts your slope.": "minigrad 的 gradcheck 接受了你的斜率。",
    "A network trained with your loss, on four features: R² {score:.3f} on {count} unseen houses.":
        "用你的损失训练的网络，使用四个特征：在 {count} 栋没见过的房子上，R² 为 {score:.3f}。",
    # 7.3
    "one more layer": "再加一层",
    "{name} of {n} houses with {inputs} features": "{name}（{n} 栋房子，{inputs} 个特征）",
    "The last layer has no ReLU: a price below the mean needs a negative output.":
        "最后一层没有 ReLU：低于均值的价格需要负的输出。",
    "Without ReLU in between, three linear layers are one linear layer.":
        "如果中间没有 ReLU，三个线性层就等于一个线性层。",
    "The second hidden layer has a ReLU, too.": "第二个隐藏层也有 ReLU。",
    "The first hidden layer has a ReLU, too.": "第一个隐藏层也有 ReLU。",
    "Each layer adds its bias, c1, c2 and c3.": "每一层都要加上自己的偏置，即 c1、c2 和 c3。",
    "Each of the layers is h @ V.T + c. Which of them are followed by ReLU?":
        "每一层都是 h @ V.T + c。其中哪些后面跟着 ReLU？",
    # 7.4
    "when to stop": "何时停止",
    "Compare with the best loss so far, and not with that of the epoch before.":
        "要与迄今最好的损失比较，而不是与上一轮的损失比较。",
    "An improvement starts the count anew: set it back to 0.": "一旦有改进，就重新计数：把计数归零。",
    "A loss that is only as low as the best one is no improvement.": "与最好的损失一样低，不算改进。",
    "This is the best epoch. Return the one after which training stops, `patience` epochs later.":
        "这是最佳的一轮。要返回的是训练在哪一轮之后停止，也就是再过 `patience` 轮。",
    "This stops one epoch too late.": "停得晚了一轮。",
    "If it never stops early, return the index of the last epoch, which is one less than their number.":
        "如果始终没有提前停止，请返回最后一轮的索引，它比轮数少 1。",
    "Go through these losses by hand, and count the epochs since the best one.":
        "请手工走一遍这些损失，数一数从最佳的一轮起过了多少轮。",
    "As a callback with patience 10, your rule stopped a training on 30 houses after {count} of 400 epochs;\n"
    "the lowest validation loss so far was {lowest:.3f}, in epoch {epoch}.":
        "你的规则作为回调函数，耐心值为 10，让一次使用 30 栋房子的训练在 400 轮中的第 {count} 轮后停止；\n"
        "在此之前，最低的验证损失是 {lowest:.3f}，出现在第 {epoch} 轮。",
    # 7.5
    "every house is a test once": "每栋房子都用于测试一次",
    "{name} of {count} rows and k = {k}: [pairs, rows validated exactly once, rows in both parts of a pair, "
    "rows in no part of a pair, difference of the largest and smallest validation part (1 if it is 0)]":
        "{name}（{count} 行，k = {k}）：[共几对, 恰好验证一次的行数, 同时在一对的两部分中的行数, "
        "不在一对的任何一部分中的行数, 最大与最小验证部分的大小之差（若为 0 则记作 1）]",
    "each fold should be a pair (training rows, validation rows)":
        "每一折都应当是一对 (训练行, 验证行)",
    "Some rows are in no validation part: k times the rounded-down size is less than the number of rows.":
        "有些行不在任何验证部分中：向下取整后的大小乘以 k，小于行数。",
    "All remaining rows went into the last part. The sizes may differ by 1 at most.":
        "剩下的行全都进了最后一部分。各部分的大小最多相差 1。",
    "A validation row may not be a training row of the same fold: the model would be tested on what it "
    "has seen.": "验证行不能同时是同一折的训练行：否则就是用模型见过的数据来测试它。",
    "Each pair is (training rows, validation rows), and the validation part is the small one.":
        "每一对都是 (训练行, 验证行)，其中较小的是验证部分。",
    "These are places in `rows`. Return the rows themselves.":
        "这些是在 `rows` 中的位置。请返回 `rows` 里的编号本身。",
    "This is one pair. Return a list of k pairs, one for each part.":
        "这里只有一对。请返回由 k 对组成的列表，每一份对应一对。",
    "Cut the rows into k parts. In fold i, part i is for validation, and all others are for training.":
        "把行分成 k 份。在第 i 折中，第 i 份用于验证，其余各份用于训练。",
    "Two models on your five folds, with the same four features:":
        "在你的五折上评价两个模型，使用同样的四个特征：",
    "least squares": "最小二乘法",
    "network 4 → 10 → 1": "网络 4 → 10 → 1",
    "    {name}  R² {mean:.3f} ± {spread:.3f}, from {low:.3f} to {high:.3f}":
        "    {name}  R² {mean:.3f} ± {spread:.3f}，从 {low:.3f} 到 {high:.3f}",
    # 7.6
    "which features matter?": "哪些特征重要？",
    "{name} of column {column} for a bent model (1000 if it changes x)":
        "{name}（第 {column} 列，折线模型；如果改变了 x，则记作 1000）",
    "{name} of column {column} for the model x @ {weights} (1000 if it changes x)":
        "{name}（第 {column} 列，模型 x @ {weights}；如果改变了 x，则记作 1000）",
    "Shuffle one column only: after shuffling whole rows, the model knows nothing at all.":
        "只打乱一列：如果把整行都打乱，模型就什么也不知道了。",
    "Shuffle a copy: x.copy(). The caller still needs x, and you need R² of the unshuffled x.":
        "请打乱一份副本：x.copy()。调用者还要用 x，你也需要未打乱的 x 的 R²。",
    "The sign is the other way round: R² before, minus R² after. A feature that matters has a positive "
    "drop.": "符号反了：应当是打乱前的 R² 减去打乱后的 R²。重要的特征，下降量是正的。",
    "Compare the predictions with y, the true prices, and not with other predictions.":
        "要把预测与真实价格 y 比较，而不是与另一些预测比较。",
    "This is R² after shuffling. How far did it drop?": "这是打乱后的 R²。它下降了多少？",
    "The model should see `shuffled`; the drop is a difference of two R².":
        "模型看到的应当是 `shuffled`；下降量是两个 R² 之差。",
}
