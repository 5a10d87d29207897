"""Lesson 4 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 4.1
    "an op that keeps its output": "保存输出的运算",
    "the gradient of x after {name}(x)": "{name}(x) 之后 x 的梯度",
    "{name}(x): [does the graph keep x, does it keep y, how many other arrays]":
        "{name}(x)：[图是否保存 x, 是否保存 y, 保存了几个其他数组]",
    "the second derivative of {name}(x)": "{name}(x) 的二阶导数",
    "The gradients are right, but your rule asks for x, so each call keeps its input. Write the slope "
    "with y alone, as the lesson derives it.":
        "梯度是对的，但你的规则索取 x，于是每次调用都要保存输入。请像课文推导的那样，只用 y 写出斜率。",
    "The gradients are right, but your rule asks for x and for y, and the graph keeps both. y alone is "
    "enough.":
        "梯度是对的，但你的规则既索取 x 又索取 y，图把两者都保存了。只用 y 就够了。",
    "The chain rule multiplies: your rule forgets g, the gradient of the output.":
        "链式法则是相乘：你的规则忘了 g，即输出的梯度。",
    "dx/dy = 1 + 1/y^2 is upside down: the rule needs dy/dx.":
        "dx/dy = 1 + 1/y^2 弄反了：规则需要的是 dy/dx。",
    "An op without a rule has no derivative: give it one with squareplus.defvjp(...).":
        "没有规则的运算就没有导数：请用 squareplus.defvjp(...) 给它一条规则。",
    "The rule is not written yet: replace the dots in squareplus.defvjp(lambda g, y: ...).":
        "规则还没有写：请替换 squareplus.defvjp(lambda g, y: ...) 中的三个点。",
    "A plain function of xp and x is no op yet: keep the line @minigrad.primitive above it.":
        "以 xp 和 x 为参数的普通函数还不是运算：请保留它上面的那一行 @minigrad.primitive。",
    "The forward lacks a factor: the sum is divided by 2.":
        "正向计算少了一个因子：和还要除以 2。",
    "From x = y - 1/y: how much does x change with y? Turn that over, and multiply by g.":
        "由 x = y - 1/y 看：y 变化时，x 变化多少？取它的倒数，再乘以 g。",
    "minigrad's gradcheck and gradgradcheck accept your op: first and second derivatives are right.":
        "minigrad 的 gradcheck 和 gradgradcheck 接受了你的运算：一阶和二阶导数都正确。",
    "For 250,000 numbers the graph keeps {mine:.1f} MB; composed of minigrad's ops, the same formula keeps "
    "{other:.1f} MB.":
        "对 250,000 个数，图保存了 {mine:.1f} MB；"
        "同一个公式若由 minigrad 的运算拼成，则要保存 {other:.1f} MB。",
    "200 steps with your op as activation: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的运算作激活函数训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 4.2
    "backward, the youngest node first": "反向传播，最年轻的节点优先",
    "the gradient of w from {name}(y) of y = (w * x).sum()":
        "当 y = (w * x).sum() 时，{name}(y) 里 w 的梯度",
    "the gradient of x from {name}(y) of y = ((s + s) * s).sum(), s = x * x":
        "当 y = ((s + s) * s).sum()，s = x * x 时，{name}(y) 里 x 的梯度",
    "the gradient of x from {name}(y) of y = (s * tanh(tanh(s))).sum(), s = x + x":
        "当 y = (s * tanh(tanh(s))).sum()，s = x + x 时，{name}(y) 里 x 的梯度",
    "the gradients of a and b from {name}(y) of y = (a * w + (a + b) * w).sum()":
        "当 y = (a * w + (a + b) * w).sum() 时，{name}(y) 里 a 和 b 的梯度",
    "the gradients from {name}(y) of y = relu(x @ weight.T + bias).sum()":
        "当 y = relu(x @ weight.T + bias).sum() 时，{name}(y) 里的各个梯度",
    "(how often the rule of halve ran, the gradient of x) from {name}(y) of y = halve(s).sum(), where s is "
    "halve(x) after some doublings and s + tanh(s),":
        "当 s 由 halve(x) 经过几次加倍和 s + tanh(s) 而来、y = halve(s).sum() 时，"
        "{name}(y) 的 (halve 的规则运行的次数, x 的梯度)",
    "the dict has no gradient for the leaf {name}": "字典里没有叶子 {name} 的梯度",
    "The numbers are right, but a node is pulled once for each way that leads to it, and each sum "
    "doubles the number of ways. Collect the gradient of a node first; pull it once, when it is the "
    "youngest.":
        "数值是对的，但有多少条路通到一个节点，它就被拉回多少次，而每次求和都使路的条数加倍。"
        "请先收齐节点的梯度，等它成为最年轻的节点时，只拉回一次。",
    "The numbers are right, but nodes hand their gradient on before it is complete, and the rest "
    "later, so they are pulled again and again. Of all nodes that wait, take the one with the largest "
    "time: nothing that waits can add to it any more.":
        "数值是对的，但节点在梯度还没有累加完时就把它传了下去，剩下的以后再传，于是被反复拉回。"
        "请在所有等待的节点中取 time 最大的一个：等待的东西不会再给它添上什么了。",
    "This takes the oldest node first, the one with the smallest time. A node is younger than its "
    "parents, so the way back begins with the largest.":
        "这里先取的是最老的节点，即 time 最小的。节点比它的父节点年轻，所以往回走要从 time 最大的开始。",
    "This takes the node found last. Found last is not youngest: compare the nodes' .time.":
        "这里取的是最后找到的节点。最后找到的不一定最年轻：请比较各节点的 .time。",
    "Recursion that visits each node once hands the gradient on at the first visit, before the other "
    "parts have arrived. Let the nodes wait, and take the one with the largest time.":
        "每个节点只访问一次的递归，在第一次访问时就把梯度传了下去，而其他各份还没有到达。"
        "请让节点等待，每次取 time 最大的一个。",
    "A parent that gets several parts needs their sum: add to what is there, do not overwrite it.":
        "父节点得到好几份时，需要的是它们的和：请加到已有的上面，不要覆盖。",
    "The arrays are shared: the rule of a sum hands the same array to both arguments, so += on one "
    "changes the other. Write grads[parent] = grads[parent] + part.":
        "这些数组是共用的：加法的规则把同一个数组交给两个参数，所以对其中一个用 += 会改变另一个。"
        "请写 grads[parent] = grads[parent] + part。",
    "The walk starts with the slope of y with respect to itself. That is 1, not 0.":
        "往回走的起点是 y 对自身的斜率。它是 1，不是 0。",
    "The walk starts with the slope of y with respect to itself. That is 1, and not y's own value.":
        "往回走的起点是 y 对自身的斜率。它是 1，而不是 y 自己的值。",
    "Take the youngest waiting node out of the dict, pull, and add each part to what its parent has.":
        "从字典里取出等待的节点中最年轻的一个，对它做拉回，再把各份加到相应的父节点已有的梯度上。",
    "A network's {count:,} gradients, yours against loss.backward(): the largest difference is {off:.1g}.":
        "一个网络的 {count:,} 个梯度，你的结果与 loss.backward() 相比：最大相差 {off:.1g}。",
    "200 steps with your walk in place of backward(): {share:.1%} of 1,000 unseen digits are read right.":
        "用你的函数代替 backward() 训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 4.3
    "the rule of softmax, without its Jacobian": "不用雅可比矩阵的 softmax 规则",
    "{name}(g, y) for arrays of shape {shape}": "当 g 和 y 是形状为 {shape} 的数组时，{name}(g, y)",
    "{name}(g, y) for tensors of shape {shape}": "当 g 和 y 是形状为 {shape} 的张量时，{name}(g, y)",
    "the second derivative of a softmax with {name} as its rule": "以 {name} 为规则的 softmax 的二阶导数",
    "That is only the diagonal of the Jacobian, j = i. Each output depends on every score of its row, so "
    "the other terms count, too.":
        "这只是雅可比矩阵的对角线，即 j = i 的项。每个输出都依赖于同一行的所有得分，所以其他各项也要算上。",
    "The sum runs over one row: over the last axis, kept with size 1, and not over the whole array.":
        "求和只在一行之内进行：沿最后一个轴求和，并保留为大小 1，而不是对整个数组求和。",
    "The sum is over g_i y_i, and not over g_i alone.": "求和的是 g_i y_i，而不只是 g_i。",
    "The factor y_j before the bracket is missing.": "少了括号前的因子 y_j。",
    "The first derivative is right, but the second is cut off: the result has to be computed from the "
    "tensors g and y with minigrad's ops, and not from their numbers.":
        "一阶导数是对的，但二阶导数被切断了：结果必须用 minigrad 的运算由张量 g 和 y 算出，"
        "而不能由它们的数值算出。",
    "The sum runs over axis 0, down the rows. The scores of one row stand along the last axis.":
        "这里是沿第 0 轴求和，把各行加在了一起。一行的得分是沿最后一个轴排列的。",
    "y_j (g_j - s) with one number s for each row; minigrad.sum(..., -1, True) keeps the axis.":
        "y_j (g_j - s)，每行有一个数 s；minigrad.sum(..., -1, True) 会保留这个轴。",
    "For 64 rows of 1,000 scores it differs from minigrad's own by at most {off:.0g}. The gradient holds "
    "{count:,} numbers; the Jacobians of the rows would hold {whole:,}.":
        "对 64 行、每行 1,000 个得分，它与 minigrad 自己的结果最多相差 {off:.0g}。梯度有 {count:,} 个数；"
        "各行的雅可比矩阵则会有 {whole:,} 个数。",
    # 4.4
    "curvature along a direction": "沿一个方向的曲率",
    "{name}(f, x, v) for f = {formula}": "当 f = {formula} 时，{name}(f, x, v)",
    "{name}(f, x, v) for f = sum of x^4": "当 f 是各个 x^4 之和时，{name}(f, x, v)",
    "{name}(f, x, v) for f = sum of x^4, x of shape (2, 3)":
        "当 f 是各个 x^4 之和、x 的形状为 (2, 3) 时，{name}(f, x, v)",
    "backward() adds to x.grad, so your result is the gradient plus H v. Use minigrad.autograd.grad, "
    "which leaves x.grad alone.":
        "backward() 会累加到 x.grad 上，所以你的结果是梯度加上 H v。"
        "请用 minigrad.autograd.grad，它不改动 x.grad。",
    "A gradient has a graph of its own only if its grad had create_graph=True; and the second grad "
    "starts from one number, (g * v).sum().":
        "只有调用 grad 时写了 create_graph=True，得到的梯度才有自己的图；"
        "第二次调用 grad 要从一个数 (g * v).sum() 出发。",
    "That is H times a vector of ones: multiply the gradient by v before you sum.":
        "这是 H 乘以全是 1 的向量：求和之前先把梯度乘以 v。",
    "v has to be inside the second derivative: first (g * v).sum(), then grad.":
        "v 必须放在第二次求导之内：先 (g * v).sum()，再 grad。",
    "That is the gradient times v, a first derivative. Differentiate (g * v).sum() once more.":
        "这是梯度乘以 v，只是一阶导数。请对 (g * v).sum() 再求一次导。",
    "g . v is one number that depends on x. What is its gradient?":
        "g · v 是依赖于 x 的一个数。它的梯度是什么？",
    "House prices, 3 weights: 60 of your products find the largest curvature {found:.4f}; from the whole "
    "Hessian it is {exact:.4f}.":
        "房价，3 个权重：用你的函数做 60 次乘积，求得最大曲率 {found:.4f}；"
        "由整个黑塞矩阵算出的是 {exact:.4f}。",
    "A network of {count:,} weights: after 15 products, {value:.1f}. Its Hessian would have {entries:,} "
    "entries; you never built it.":
        "一个有 {count:,} 个权重的网络：15 次乘积之后得到 {value:.1f}。"
        "它的黑塞矩阵会有 {entries:,} 个元素；你根本没有造出它。",
}
