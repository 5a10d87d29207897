"""Lesson 9 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 9.1
    "the size of the output": "输出的大小",
    "The first position counts, too: n steps of the kernel make n + 1 positions.":
        "第一个位置也要算：卷积核走 n 步，就有 n + 1 个位置。",
    "Padding adds rows on both sides: H + 2 * padding in all.":
        "填充在两边都加行：一共是 H + 2 * padding。",
    "A last step that would take the kernel over the edge is not taken: round down, with //.":
        "如果最后一步会使卷积核越过边缘，就不走这一步：请用 // 向下取整。",
    "Rounding up counts a step over the edge. Round down, with //.":
        "向上取整会把越过边缘的一步也算进去。请用 // 向下取整。",
    "The +1 is the first position. It is not one of the steps, so it is not divided by the stride.":
        "+1 是第一个位置。它不是走出来的一步，所以不除以步幅。",
    "Draw this case and count the positions of the kernel.": "把这个例子画出来，数一数卷积核的位置。",
    # 9.2
    "the patches of an image": "图像的图块",
    "{name}(x, {more}) for x of shape {shape}": "{name}(x, {more})（x 的形状为 {shape}）",
    "{name}(x, 2) for the integers x = [[0, 1, 2], [3, 4, 5], [6, 7, 8]] in shape (1, 1, 3, 3)":
        "{name}(x, 2)（x 是整数 [[0, 1, 2], [3, 4, 5], [6, 7, 8]]，形状为 (1, 1, 3, 3)）",
    "A kernel of size K fits at H - K + 1 positions, not at H - K.":
        "大小为 K 的卷积核有 H - K + 1 个位置可放，而不是 H - K 个。",
    "Patches overlap: the next one begins one pixel further, not K pixels.":
        "图块是重叠的：下一块往后移一个像素开始，而不是 K 个像素。",
    "A patch is flattened in the order channel, row, column, as the weights are. Here the channel runs "
    "last.": "图块按通道、行、列的次序展平，与权重一样。这里的通道却排在最后。",
    "Rows and columns are swapped inside the patches.": "图块内部的行和列调换了。",
    "The numbers of a patch belong on the last axis, the positions on axes 1 and 2.":
        "图块中的数应当在最后一个轴上，位置在第 1 轴和第 2 轴上。",
    "A patch of all channels has C * K * K numbers. Flatten the channel with its rows and columns.":
        "包含所有通道的图块有 C * K * K 个数。请把通道连同行和列一起展平。",
    "At position (i, j) stands x[:, :, i:i + K, j:j + K], each image's patch flattened.":
        "在位置 (i, j) 上的是 x[:, :, i:i + K, j:j + K]，其中每幅图像的图块都要展平。",
    "One matrix product with your patches differs from F.conv2d by {difference:.0e} at most.":
        "用你的图块做一次矩阵乘法，与 F.conv2d 的结果最多相差 {difference:.0e}。",
    "200 steps with two layers of it: {share:.1%} of 1,000 unseen digits are read right.":
        "用两个这样的层训练 200 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 9.3
    "average pooling": "平均池化",
    "{name}(x) for x of shape {shape}": "{name}(x)（x 的形状为 {shape}）",
    "This is the sum of the four numbers. The mean divides by 4.": "这是四个数的和。平均值还要除以 4。",
    "This is the maximum; the mean is asked for.": "这是最大值；要求的是平均值。",
    "This averages pixels that are half an image apart. Rows 2i and 2i + 1 belong together: the axis of "
    "length 2 comes after that of length H // 2.":
        "这是把相距半幅图像的像素拿来求平均。第 2i 行和第 2i + 1 行才是一组："
        "长度为 2 的轴要排在长度为 H // 2 的轴之后。",
    "Every second pixel is not the mean of its square.": "隔一个取一个得到的像素，并不是方块的平均值。",
    "This averages over the rows only. The columns are halved, too.": "这里只对行求了平均。列也要减半。",
    "`max_pool` above does almost the same for one image; which axes does the batch add?":
        "上面的 `max_pool` 对一幅图像做了几乎同样的事；批次多出了哪些轴？",
    # 9.4
    "the gradient of max pooling": "最大池化的梯度",
    "{name}(g, x) for g {half} and x {shape}": "{name}(g, x)（g 的形状为 {half}，x 的形状为 {shape}）",
    "Only the largest pixel of a square influences the result. The other three get 0.":
        "方块中只有最大的像素影响结果。另外三个得到 0。",
    "A quarter for each is the gradient of average pooling. Here, one pixel gets all and three get 0.":
        "各得四分之一，是平均池化的梯度。这里是一个像素得到全部，另外三个得到 0。",
    "That marks the right pixels with 1. They get the gradient g of their square.":
        "这只是把正确的像素标为 1。它们应当得到所在方块的梯度 g。",
    "The result is the pixel itself, so its slope is 1: g arrives unchanged, not multiplied by x.":
        "结果就是这个像素本身，所以斜率是 1：g 原样传到，不乘以 x。",
    "Each square has its own maximum; this compares with the maximum of the whole array.":
        "每个方块有自己的最大值；这里却是与整个数组的最大值比较。",
    "The gradient belongs to the largest pixel of a square, which need not be its first.":
        "梯度属于方块中最大的像素，它不一定是第一个。",
    "For each square: where is its maximum? There stands g of the square, elsewhere 0.":
        "对每个方块来说：最大值在哪里？那里放方块的 g，其余地方放 0。",
    "minigrad's gradcheck accepts your gradient.": "minigrad 的 gradcheck 接受了你的梯度。",
    "{steps} steps with your pooling: {share:.1%} of 1,000 unseen digits are read right.":
        "用你的池化训练 {steps} 步：1,000 个没见过的数字中有 {share:.1%} 识别正确。",
    # 9.5
    "the gradient of the cross entropy": "交叉熵的梯度",
    "{name}(z, {t}) for ten scores z": "{name}(z, {t})（z 是十个分数）",
    "{name}(z, {t}) for ten scores z in float32": "{name}(z, {t})（z 是十个 float32 的分数）",
    "{name}(z, {t}) for z = 0": "{name}(z, {t})（z = 0）",
    "{name}(z, {t}) for three scores z": "{name}(z, {t})（z 是三个分数）",
    "That is softmax, the slope of the second term. The first term, -z_t, adds -1 for the correct class.":
        "这是 softmax，即第二项的斜率。第一项 -z_t 还要给正确的类别加上 -1。",
    "The sign is the other way round: prediction minus truth. Raising the correct score lowers the loss.":
        "符号反了：应当是预测减去真实。提高正确类别的分数，损失会降低。",
    "Only the correct class gets the -1. The truth is 1 there and 0 elsewhere.":
        "只有正确的类别才加 -1。真实值在那里是 1，其余地方是 0。",
    "That is the loss. Its gradient has one number for each score.":
        "这是损失。它的梯度应当给每个分数一个数。",
    "-1 / p_t is the slope with respect to the probability. The scores are one step further back.":
        "-1 / p_t 是对概率的斜率。要到分数，还得再往回走一步。",
    "The loss of one sample is not a mean over the classes: do not divide by their number.":
        "一个样本的损失不是对各类别的平均：不要除以类别数。",
    "Both terms of L depend on z: the sum of exponentials on every element, the first term on one.":
        "L 的两项都依赖于 z：指数之和依赖于每个元素，第一项只依赖于一个元素。",
    # 9.6; the table's columns end where the English ones do
    "shifted digits": "平移的数字",
    "What leaves on one side comes in again on the other. The pixels that enter are paper, 0.":
        "从一边移出的像素又从另一边进来了。移进来的像素应当是纸，即 0。",
    "The image moves the wrong way: positive numbers mean down and to the right.":
        "图像移动的方向反了：正数表示向下和向右。",
    "Down and right are swapped: rows are the axis before the last, columns the last.":
        "向下和向右调换了：行是倒数第二个轴，列是最后一个轴。",
    "A slice like [:-right] is empty for right = 0. Count from the front: [:W - right].":
        "当 right = 0 时，[:-right] 这样的切片是空的。请从前面数起：[:W - right]。",
    "Negative numbers move the image up or to the left. Here they do nothing.":
        "负数使图像向上或向左移动。这里它们却不起作用。",
    "The result has the shape of the images: what is pushed over the edge is lost.":
        "结果与图像形状相同：被推出边缘的像素就丢掉了。",
    "Shifted by one column, the row 1 2 3 4 becomes 0 1 2 3; a shift of 0 changes nothing.":
        "平移一列时，1 2 3 4 这一行变成 0 1 2 3；平移 0 列时什么也不变。",
    "1,000 unseen digits, read right       as they are   3 pixels to the right":
        "1,000 个没见过的数字的识别率                 原样             右移 3 像素",
    "trained on digits as they are  {share:18.1%} {moved:23.1%}":
        "用原样的数字训练               {share:18.1%} {moved:23.1%}",
    "trained on shifted digits      {share:18.1%} {moved:23.1%}":
        "用平移过的数字训练             {share:18.1%} {moved:23.1%}",
}
