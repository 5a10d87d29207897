"""Lesson 2 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 2.1
    "one node hands its gradient on": "一个节点把梯度传下去",
    "{name}(a * b), where a and b have a gradient already,": "{name}(a * b)（其中 a 和 b 已经有梯度）",
    "A value that is used twice gets two contributions. Add to .grad with +=, do not overwrite it.":
        "用了两次的值会得到两份贡献。请用 += 累加到 .grad 上，不要覆盖它。",
    "The chain rule multiplies: the slope of this step times node.grad, the slope of all steps after it.":
        "链式法则是相乘：这一步的斜率乘以 node.grad，即其后所有步骤的斜率。",
    "Multiply by the slope of the step, which node.slopes holds, and not by the input's own number.":
        "要乘以这一步的斜率，它在 node.slopes 里，而不是乘以输入自身的数值。",
    "A node can have several inputs, and each gets its share: go through all of them.":
        "一个节点可以有多个输入，每个输入都有自己的一份：请遍历所有输入。",
    "For each input and its slope: the input's grad grows by node.grad times the slope.":
        "对每个输入及其斜率：输入的 grad 增加 node.grad 乘以该斜率。",
    "the gradients of p, a and b after {name}(y) of y = tanh(p), p = a * b:":
        "{name}(y)（其中 y = tanh(p)，p = a * b）之后 p、a、b 的梯度：",
    "`push` is one step: only the inputs of this node get something, and not their inputs. The next "
    "exercises go on from there.":
        "`push` 只走一步：只有这个节点的输入得到一份，输入的输入不得。后面的练习再继续往下走。",
    # 2.2
    "a Value was expected, got {got}": "这里应当是一个 Value，得到的却是{got}",
    "{name}(y) of y = a * b, where both are 1: [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y = a * b，两者都是 1：[列表中的节点数, 不同的节点数, 次序错误数]",
    "Two nodes can hold the same number and be different nodes. Compare the nodes, not their data.":
        "两个节点可以存有相同的数，却仍是不同的节点。请比较节点本身，而不是它们的 data。",
    "an order in which no node comes before what it needs": "任何节点都不排在它所需的节点之前",
    "{name}(y) of y = tanh(a * b + c): [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y = tanh(a * b + c)：[列表中的节点数, 不同的节点数, 次序错误数]",
    "{name}(y) of y = (s + s) * s, s = x * x: [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y = (s + s) * s，s = x * x：[列表中的节点数, 不同的节点数, 次序错误数]",
    "{name}(y) of y = x * tanh(tanh(x)): [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y = x * tanh(tanh(x))：[列表中的节点数, 不同的节点数, 次序错误数]",
    "{name}(y) of y = n * tanh(tanh(n)), n = x + x: [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y = n * tanh(tanh(n))，n = x + x：[列表中的节点数, 不同的节点数, 次序错误数]",
    "{name}(y) of ten doublings: [nodes in the list, different ones, in the wrong order]":
        "{name}(y)，其中 y 是连续十次加倍：[列表中的节点数, 不同的节点数, 次序错误数]",
    "A node that is used twice may stand in the list only once: remember which ones you have seen.":
        "用了两次的节点在列表中只能出现一次：请记住已经见过哪些节点。",
    "The result comes last: first all inputs of a node, then the node itself.":
        "结果排在最后：先是节点的所有输入，然后才是节点自己。",
    "Level by level is not enough: the same node can be one step from the result by one way and three "
    "by another. Follow each input to its end before you add the node.":
        "逐层遍历是不够的：同一个节点沿一条路离结果可能只有一步，沿另一条路却有三步。"
        "请先沿每个输入走到底，再加入该节点。",
    "The result itself belongs in the list, too, as the last one.": "结果本身也属于这个列表，排在最后。",
    "visit(node): if it is new, visit its inputs, then append it.":
        "visit(node)：如果它是新的，先访问它的输入，再把它加到列表末尾。",
    # 2.3
    "from the result back to every input": "从结果回到每个输入",
    "the gradients after {name}(y) of y = tanh(a * b + c):":
        "{name}(y) 之后的梯度，其中 y = tanh(a * b + c)：",
    "the gradient of x after {name}(y) of y = (s + s) * s, s = x * x:":
        "{name}(y) 之后 x 的梯度，其中 y = (s + s) * s，s = x * x：",
    "the gradients after {name}(y) of six doublings:": "{name}(y) 之后的梯度，其中 y 是连续六次加倍：",
    "All gradients are 0: nothing started. The slope of the result with respect to itself is 1.":
        "所有梯度都是 0：没有起点。结果对自身的斜率是 1。",
    "Only the inputs of the last step have a gradient. Every node has to push, the result first: go "
    "through the order from its end.":
        "只有最后一步的输入有梯度。每个节点都要传递，结果最先：请从次序的末尾往前走。",
    "A node that two others use handed its gradient on twice, the first time before it was complete. Go "
    "through `ordered(result)` from the end, each node once.":
        "一个被另外两个节点使用的节点把梯度传了两次，第一次是在梯度累加完之前。"
        "请从末尾遍历 `ordered(result)`，每个节点一次。",
    "Only the result starts with a gradient of 1. All others start at 0 and collect.":
        "只有结果的梯度从 1 开始。其余节点都从 0 开始累加。",
    "result.grad = 1, then push each node, the result first.":
        "result.grad = 1，然后让每个节点传递梯度，结果最先。",
    # 2.4
    "teach the engine a new operation": "教引擎一种新运算",
    "the number and the slope of {name}(Value({base}), {exponent}):":
        "{name}(Value({base}), {exponent}) 的数值和斜率：",
    "The derivative of x^n lowers the exponent by one: n x^(n-1).":
        "x^n 求导后指数减一：n x^(n-1)。",
    "The exponent comes down as a factor: n x^(n-1).": "指数要作为因子提到前面：n x^(n-1)。",
    "This is x^(n-1) as a result. The result is x^n; only its slope has the lower exponent.":
        "这里的结果是 x^(n-1)。结果应为 x^n；只有它的斜率指数才减一。",
    "n is a plain number and no Value: the node has one input, x, and one slope.":
        "n 是普通的数，不是 Value：这个节点只有一个输入 x 和一个斜率。",
    "A node without inputs and slopes is cut off: backward would never reach x.":
        "没有输入和斜率的节点是断开的：反向传播永远到不了 x。",
    "Value(the result, (its inputs,), (a slope for each input,))":
        "Value(结果, (它的输入,), (每个输入的斜率,))",
    "`x ** n - 1` is (x^n) - 1. Put the exponent in brackets: x ** (n - 1).":
        "`x ** n - 1` 是 (x^n) - 1。请给指数加上括号：x ** (n - 1)。",
    "A tuple of one has a comma: (x,) and (slope,). Without it, the brackets are only brackets.":
        "只有一个元素的元组要有逗号：(x,) 和 (slope,)。没有逗号，括号就只是括号。",
    # 2.5
    "the derivative of {name}(x), for a tensor x": "{name}(x) 的导数，x 是张量",
    "your rule in minigrad's engine": "你的规则用在 minigrad 的引擎里",
    "{name}(x) of a NumPy array x": "{name}(x)（其中 x 是 NumPy 数组）",
    "The product rule has two terms: the slope of x times the sigmoid, plus x times the slope of the "
    "sigmoid.":
        "乘积法则有两项：x 的斜率乘以 sigmoid，再加上 x 乘以 sigmoid 的斜率。",
    "x times the slope of the sigmoid is only the second term of the product rule. Which is the first?":
        "x 乘以 sigmoid 的斜率只是乘积法则的第二项。第一项是什么？",
    "The slope of the sigmoid s is s (1 - s).": "sigmoid s 的斜率是 s (1 - s)。",
    "The engine calls a rule with arrays in the first pass and with tensors in the second. A method such "
    "as x.sigmoid() exists for tensors only; minigrad.sigmoid(x) takes both.":
        "引擎第一遍用数组调用规则，第二遍用张量调用规则。x.sigmoid() 这样的方法只有张量才有；"
        "minigrad.sigmoid(x) 两者都接受。",
    "This is swish itself. Write its derivative.": "这是 swish 本身。请写出它的导数。",
    "The derivative of u v is u' v + u v'; here u = x and v = sigmoid(x).":
        "u v 的导数是 u' v + u v'；这里 u = x，v = sigmoid(x)。",
    "minigrad's gradcheck and gradgradcheck accept your rule: first and second derivatives are right.":
        "minigrad 的 gradcheck 和 gradgradcheck 接受了你的规则：一阶和二阶导数都正确。",
    "200 steps with your rule: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的规则训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
}
