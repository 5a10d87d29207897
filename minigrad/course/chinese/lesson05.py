"""Lesson 5 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 5.1
    "a layer of your own": "自己写一个层",
    "the parameters of {name}(3, 2): [is weight one of them, is bias, how many numbers]":
        "{name}(3, 2) 的参数：[weight 是否在内, bias 是否在内, 共有几个数]",
    "the sizes of weight and bias of {name}(3, 2)": "{name}(3, 2) 的 weight 和 bias 的各轴大小",
    "(the result of {name}(3, 2) with given weights, their gradients)":
        "(给定权重时 {name}(3, 2) 的结果, 权重的梯度)",
    "the standard deviation of the weights of {name}(400, 300), times sqrt(400),":
        "{name}(400, 300) 的权重的标准差与 sqrt(400) 之积",
    "the share of the weights of {name}(400, 300) beyond two standard deviations, as of a normal "
    "distribution (1) or not":
        "{name}(400, 300) 的权重中超出两倍标准差的比例，是否与正态分布相同（1 或 0）",
    "the bias of a new {name}(3, 2)": "新建的 {name}(3, 2) 的 bias",
    "two new {name}(3, 2): do their weights differ (1 or 0)":
        "两个新建的 {name}(3, 2)：权重是否不同（1 或 0）",
    "A module finds only what is an nn.Parameter. A plain tensor is never trained: wrap it in "
    "nn.Parameter(...).":
        "模块只能找到 nn.Parameter。普通的张量永远不会被训练：请用 nn.Parameter(...) 把它包起来。",
    "weight is a product of a parameter, and no parameter itself. nn.Parameter(...) goes around the "
    "whole product.":
        "weight 是由参数算出的乘积，本身并不是参数。nn.Parameter(...) 要包住整个乘积。",
    "The weight has the shape (outputs, inputs): the layer computes x @ weight.T.":
        "weight 的形状是 (outputs, inputs)：这一层计算的是 x @ weight.T。",
    "With weights of zero, all neurons compute the same, and get the same gradient for ever. Draw them "
    "at random.":
        "如果权重全为零，所有神经元算出的都一样，得到的梯度也永远一样。请随机抽取权重。",
    "The weights are too large: randn has a standard deviation of 1. Multiply by sqrt(2 / inputs).":
        "权重太大：randn 的标准差是 1。请乘以 sqrt(2 / inputs)。",
    "2 / inputs is the variance. The standard deviation is its square root.":
        "2 / inputs 是方差。标准差是它的平方根。",
    "The scale is that of the numbers which one output adds up, and these are the inputs: sqrt(2 / "
    "inputs).":
        "大小取决于一个输出要加起来的数有多少个，而这些数对应的是输入：sqrt(2 / inputs)。",
    "minigrad.rand is uniform from 0 to 1: its mean is not 0, and its standard deviation not 1. Use "
    "minigrad.randn.":
        "minigrad.rand 是 0 到 1 的均匀分布：均值不是 0，标准差也不是 1。请用 minigrad.randn。",
    "forward lacks the bias.": "forward 里少了偏置。",
    "The bias starts at zero.": "偏置的初始值是零。",
    "Two attributes, self.weight and self.bias, each an nn.Parameter; forward: x @ weight.T + bias.":
        "两个属性 self.weight 和 self.bias，都是 nn.Parameter；forward：x @ weight.T + bias。",
    "A model of your layers finds its parameters: {names}.": "由你的层组成的模型找到了它的参数：{names}。",
    "200 steps with your layers: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的层训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 5.2
    "cross entropy for scores of any size": "得分任意大时的交叉熵",
    "{name} of one row of two equal scores": "只有一行、两个得分相等时，{name}",
    "{name}(scores, target) for scores of shape {shape}":
        "scores 的形状为 {shape} 时，{name}(scores, target)",
    "the gradient of the scores after {name}(scores, target)": "{name}(scores, target) 之后得分的梯度",
    "{name} of scores such as 1000": "得分有 1000 那么大时，{name}",
    "{name} of scores such as 100, float32": "得分有 100 那么大、类型为 float32 时，{name}",
    "{name} of a score of 1000 for the wrong class": "错误类别的得分为 1000 时，{name}",
    "{name} of one row of scores near 1000 and one near -1000":
        "一行得分在 1000 附近、另一行在 -1000 附近时，{name}",
    "the gradient for one row of scores near 1000 and one near -1000":
        "一行得分在 1000 附近、另一行在 -1000 附近时，得分的梯度",
    "e^1000 is inf, and inf - inf is nan. Subtract the largest score of the row before exp, and add it "
    "again after log.":
        "e^1000 是 inf，而 inf - inf 是 nan。请在 exp 之前减去这一行的最大得分，在 log 之后再加回来。",
    "softmax gives 0 for a class that is far behind, and log(0) is -inf. Take the logarithm of the sum "
    "without forming the probabilities.":
        "对得分落后很多的类别，softmax 给出 0，而 log(0) 是 -inf。请不要先算出概率，而是直接取和的对数。",
    "One largest score for the whole batch is not enough: in a row far below it, every exp is 0. Take "
    "the largest of each row, with amax(1, keepdim=True).":
        "整个批次共用一个最大得分是不够的：远低于它的那一行里，每个 exp 都是 0。"
        "请用 amax(1, keepdim=True) 取每一行的最大值。",
    "A small number inside the logarithm hides the problem: the loss stops growing, and its gradient "
    "vanishes just where the network is most wrong.":
        "在对数里加一个很小的数只是掩盖了问题：损失不再增长，而梯度偏偏在网络错得最厉害的地方消失了。",
    "scores[:, target] takes every target from every row, n x n numbers. Each row has one target: give "
    "the numbers of the rows, too, scores[minigrad.arange(len(target)), target].":
        "scores[:, target] 从每一行里取出所有的目标，共 n x n 个数。每一行只有一个目标：请同时给出行号，"
        "scores[minigrad.arange(len(target)), target]。",
    "The loss is the mean over the rows of the batch, not the sum.":
        "损失是批次中各行的平均值，不是总和。",
    "The sign is wrong: the logarithm of the sum minus the score of the right class.":
        "符号错了：应当是和的对数减去正确类别的得分。",
    "The classes of one example stand along axis 1: sum over that.":
        "一个样本的各个类别沿第 1 轴排列：请沿这个轴求和。",
    "The largest score was subtracted inside the logarithm only. Subtract it from the score of the right "
    "class, too, or add it again after the logarithm.":
        "只在对数里面减去了最大的得分。请从正确类别的得分里也减去它，或者在取对数之后再加回来。",
    "log(sum of e^s) - s of the right class, for each row; then the mean.":
        "对每一行：log(e^s 之和) 减去正确类别的 s；然后求平均。",
    "For 64 rows of scores, your loss and minigrad's differ by {off:.0g}.":
        "对 64 行得分，你的损失与 minigrad 的相差 {off:.0g}。",
    "200 steps with your loss: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的损失训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 5.3
    "momentum": "动量",
    "(p, b) after one call of {name} with momentum=0": "momentum=0 时调用一次 {name} 之后的 (p, b)",
    "(p, b) after one call of {name} with momentum=0.9": "momentum=0.9 时调用一次 {name} 之后的 (p, b)",
    "(p, b) after two calls of {name} with momentum=0.5": "momentum=0.5 时调用两次 {name} 之后的 (p, b)",
    "(p, b) after seven calls of {name} with momentum=0.9": "momentum=0.9 时调用七次 {name} 之后的 (p, b)",
    "b has no factor (1 - momentum) here: the gradients add up, and that is meant.":
        "这里的 b 没有因子 (1 - momentum)：梯度会越加越大，这正是本意。",
    "Downhill: subtract lr * b.": "要走下坡：请减去 lr * b。",
    "The learning rate belongs in the step of p, and not in b.": "学习率应当用在 p 的那一步里，而不是 b 里。",
    "First renew b, then step with the new b.": "先更新 b，再用新的 b 走一步。",
    "This is Nesterov's variant, which looks one step ahead. Step with b itself.":
        "这是 Nesterov 的变体，它会往前多看一步。请用 b 本身走一步。",
    "The step is along b, and not along the gradient of this step alone.":
        "这一步要沿着 b 走，而不只是沿着这一步的梯度。",
    "The old b is multiplied by momentum before the gradient is added.":
        "旧的 b 要先乘以 momentum，再加上梯度。",
    "First the new p, then the new b.": "先返回新的 p，后返回新的 b。",
    "Two lines: the new b from the old one and g, then the new p from p and the new b.":
        "两行：先由旧的 b 和 g 得到新的 b，再由 p 和新的 b 得到新的 p。",
    "Down a valley with curvatures 1 and 100: {plain} steps without momentum, {mine} with 0.67.":
        "在曲率为 1 和 100 的山谷中下坡：不用动量要 {plain} 步，动量为 0.67 时要 {mine} 步。",
    "200 steps with your rule: {share:.1%} of 1,000 unseen digits are read right. The weights differ from "
    "those of optim.SGD by at most {off:.0g}.":
        "用你的规则训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。"
        "权重与 optim.SGD 得到的最多相差 {off:.0g}。",
    # 5.4
    "Adam": "Adam 优化器",
    "(p, its gradient) after one step of {name}([p], {settings})":
        "{name}([p], {settings}) 走一步之后的 (p, p 的梯度)",
    "(p, its gradient) after three steps of {name}([p], {settings})":
        "{name}([p], {settings}) 走三步之后的 (p, p 的梯度)",
    "(p, its gradient) after five steps of {name}([p], {settings})":
        "{name}([p], {settings}) 走五步之后的 (p, p 的梯度)",
    "(p, its gradient) after three steps of {name}([p]) for p of shape (2, 3), float32":
        "p 的形状为 (2, 3)、类型为 float32 时，{name}([p]) 走三步之后的 (p, p 的梯度)",
    "p does not change: `p = p - ...` makes a new array and forgets it. `p -= ...` writes into the "
    "array.":
        "p 没有改变：`p = p - ...` 造出一个新数组，随后就丢掉了。`p -= ...` 才会写进原来的数组。",
    "The bias correction is missing: m and v start at 0 and are too small at first. Divide them by "
    "1 - beta ** step.":
        "少了偏差校正：m 和 v 从 0 开始，起初太小。请把它们除以 1 - beta ** step。",
    "Only m is corrected. v starts at 0, too: divide it by 1 - beta2 ** step.":
        "只校正了 m。v 也是从 0 开始的：请把它除以 1 - beta2 ** step。",
    "eps stands outside of the square root.": "eps 应当在平方根的外面。",
    "Divide by the square root of v_hat, so that the step has the size of lr whatever the gradient's "
    "size.":
        "要除以 v_hat 的平方根，这样不管梯度多大，步长都相当于 lr。",
    "The means are forgotten: write the new m and v back into the state.":
        "平均值被忘掉了：请把新的 m 和 v 写回 state。",
    "The gradient was changed. g is only to be read: `g *= g` writes into it.":
        "梯度被改动了。g 只能读取：`g *= g` 却会写进去。",
    "v is the mean of the squares of the gradients, and not of the gradients.":
        "v 是梯度的平方的平均值，而不是梯度的平均值。",
    "betas[0] belongs to m, betas[1] to v.": "betas[0] 用于 m，betas[1] 用于 v。",
    "state[\"step\"] is 1 in the first step already: do not subtract 1 from it, or the first correction "
    "divides by 0.":
        "第一步时 state[\"step\"] 已经是 1：不要再减 1，否则第一次校正就会除以 0。",
    "Four lines: the new m, the new v, both divided by 1 - beta ** step, and the step.":
        "四行：新的 m，新的 v，两者各除以 1 - beta ** step，然后走一步。",
    "200 steps with your optimizer: {share:.1%} of 1,000 unseen digits are read right; plain SGD with the "
    "same learning rate reads {other:.1%}.":
        "用你的优化器训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确；"
        "学习率相同的普通 SGD 为 {other:.1%}。",
    "The {count:,} weights differ from those of optim.Adam by at most {off:.0g}.":
        "{count:,} 个权重与 optim.Adam 得到的最多相差 {off:.0g}。",
    # 5.5
    "the training loop": "训练循环",
    "(losses, weights) after {name} with one batch": "用一个批次运行 {name} 之后的 (各个损失, 权重)",
    "(losses, weights) after {name} with three batches": "用三个批次运行 {name} 之后的 (各个损失, 权重)",
    "(losses, weights) after {name} with three batches and momentum":
        "用三个批次并带动量运行 {name} 之后的 (各个损失, 权重)",
    "(losses, weights) after {name} with a loss that counts errors below the target twice":
        "用一个把低于目标的误差算两次的损失运行 {name} 之后的 (各个损失, 权重)",
    "(losses, weights) after {name} with a DataLoader": "用 DataLoader 运行 {name} 之后的 (各个损失, 权重)",
    "The loss gets what the model says first, then what should come out: loss_function(model(x), y).":
        "损失函数先收到模型的输出，再收到应当得到的结果：loss_function(model(x), y)。",
    "the list should hold numbers, and it holds a Tensor": "列表里应当是数，却有一个 Tensor",
    "The gradients of all batches add up: call optimizer.zero_grad() in each round.":
        "所有批次的梯度加在了一起：循环每转一圈都要调用 optimizer.zero_grad()。",
    "Nothing has moved. The order is zero_grad, backward, step: a zero_grad() between backward() and "
    "step() throws the new gradients away, and without one of the two nothing happens.":
        "什么都没有动。次序是 zero_grad、backward、step：在 backward() 和 step() 之间调用 zero_grad() "
        "会把新的梯度丢掉，而这两者缺了哪一个都不会起作用。",
    "step() comes after backward(): before, the gradients are those of the batch before, or none.":
        "step() 要放在 backward() 之后：在那之前，梯度还是上一个批次的，或者根本没有。",
    "Keep the loss that you have computed before the step. The model need not run twice.":
        "请保留走这一步之前算出的损失。模型不需要运行两次。",
    "Return the loss of each batch, a list as long as there are batches.":
        "请返回每个批次的损失，有几个批次，列表就有多长。",
    "The list should hold numbers: loss.item(). A tensor would keep its whole graph in memory.":
        "列表里应当是数：loss.item()。张量会把它的整张图留在内存里。",
    "In each round: the loss, zero_grad, backward, step, and loss.item() into the list.":
        "循环每转一圈：损失，zero_grad，backward，step，再把 loss.item() 放进列表。",
    "Four epochs of 2,000 digits in your loop: the loss falls from {first:.2f} to {last:.2f}.":
        "用你的循环在 2,000 个数字上训练四轮：损失从 {first:.2f} 降到 {last:.2f}。",
    "{share:.1%} of 1,000 unseen digits are read right.": "1,000 个没见过的数字中有 {share:.1%} 识别正确。",
}
