"""Lesson 3 in Chinese: titles, words for mistakes, hints."""

WORDS = {
    # 3.1
    "the shape of a sum": "和的形状",
    "Shapes are aligned at their last axis. Fill up the shorter one with ones on the left.":
        "形状是按最后一个轴对齐的。请在较短的形状左边补 1。",
    "Two sizes that differ fit only if one of them is 1. Otherwise, return \"error\".":
        "两个不同的大小只有在其中一个为 1 时才匹配。否则返回 \"error\"。",
    "The axes that only the longer shape has belong to the result, too.":
        "只有较长的形状才有的那些轴也属于结果。",
    "Size 1 becomes the other size, even if that is 0: the result has no elements then.":
        "大小 1 会变成另一个大小，即使后者是 0：这时结果没有元素。",
    "Fill up the shorter shape with ones on the left, then compare the sizes pair by pair.":
        "先在较短的形状左边补 1，再逐对比较大小。",
    'the answer should be a tuple of sizes, or the string "error", got {got}':
        '答案应当是由各个大小组成的元组，或者字符串 "error"，得到的却是 {got}',
    # 3.2
    "the gradient of a broadcast array": "被广播的数组的梯度",
    "Axes of size 1 were stretched, too: sum over them, and keep them with keepdims=True.":
        "大小为 1 的轴也被拉伸过：请对它们求和，并用 keepdims=True 保留它们。",
    "Each copy of the element contributes its own part, and parts add up: the sum, not the mean.":
        "元素的每个副本都贡献自己的一份，各份相加：是求和，不是求平均。",
    "Taking one copy forgets the gradients of all the others. Add them up.":
        "只取一个副本就丢掉了其余副本的梯度。请把它们加起来。",
    "Reshaping moves numbers around. A stretched axis has to be summed over.":
        "改变形状只是挪动数字。被拉伸的轴需要求和。",
    "First sum over the axes on the left that `shape` does not have, then over those where it has 1.":
        "先对左边 `shape` 没有的轴求和，再对 `shape` 中大小为 1 的轴求和。",
    # 3.3
    "the gradients of a product of matrices": "矩阵乘积的梯度",
    "The results are swapped: first the gradient of a, then that of b.":
        "两个结果调换了：先是 a 的梯度，然后是 b 的梯度。",
    "Matrices do not commute, so the order in the product matters: a stands on the left, and so g stands "
    "on the left of b.T; b stands on the right, and so g stands on the right of a.T.":
        "矩阵乘法不满足交换律，所以乘积中的次序很重要：a 在左边，所以 g 在 b.T 的左边；"
        "b 在右边，所以 g 在 a.T 的右边。",
    "A transpose is missing: with shapes (2, 3) @ (3, 4), g is (2, 4), and g @ b does not fit.":
        "少了转置：当形状为 (2, 3) @ (3, 4) 时，g 是 (2, 4)，g @ b 的形状不匹配。",
    "This multiplies element by element. Here, @ is needed.": "这是逐元素相乘。这里需要用 @。",
    "Write down the shapes. There is only one way to make the shape of a from those of g and b.":
        "把形状写下来。由 g 和 b 的形状得到 a 的形状，只有一种办法。",
    # 3.4
    "one number hands its gradient to many": "一个数把梯度分给许多数",
    "That is the gradient of a sum. A mean divides by the number of elements.":
        "这是求和的梯度。平均值还要除以元素个数。",
    "Divide by the number of all elements, x.size, and not by the length of the first axis.":
        "要除以全部元素的个数 x.size，而不是第一个轴的长度。",
    "The gradient of x has the shape of x: every element gets its part.":
        "x 的梯度与 x 形状相同：每个元素都得到自己的一份。",
    "The slope of the mean does not depend on the elements: each counts 1/n.":
        "平均值的斜率与元素的值无关：每个元素的斜率都是 1/n。",
    "How much does the mean of n numbers grow if one of them grows by 1?":
        "如果 n 个数中的一个增加 1，平均值会增加多少？",
    "({name}(2.0, x), x afterwards)": "({name}(2.0, x), 之后的 x)",
    "This writes into x, which others still need. Make a new array.":
        "这改写了 x，而别处还要用到它。请新建一个数组。",
    # 3.5
    "a linear layer of your own": "自己写一个线性层",
    "The bias is stretched over all rows of the batch, so its gradient is the sum over the rows.":
        "偏置被拉伸到批次的所有行，所以它的梯度是对各行求和。",
    "The mean over the rows is too small: each row contributes its whole part.":
        "对各行求平均太小了：每一行都贡献完整的一份。",
    "The gradient of the weight must have the shape of the weight, (out, in). This one is transposed.":
        "权重的梯度必须与权重形状相同，即 (out, in)。这里的结果被转置了。",
    "The layer multiplies by weight.T, so the gradient of x is g @ weight, with no transpose.":
        "这一层乘的是 weight.T，所以 x 的梯度是 g @ weight，不需要转置。",
    "Sum the bias's gradient over axis 0, the rows; this sums over the outputs.":
        "偏置的梯度要沿第 0 轴，即各行求和；这里却是沿输出求和。",
    "x is (n, in), weight (out, in), bias (out,), and g (n, out). What fits together how?":
        "x 是 (n, in)，weight 是 (out, in)，bias 是 (out,)，g 是 (n, out)。它们怎样才能配在一起？",
    "minigrad's gradcheck accepts your three gradients.": "minigrad 的 gradcheck 接受了你的三个梯度。",
    "200 steps with your linear layer: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的线性层训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
}
