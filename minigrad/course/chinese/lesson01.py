"""Lesson 1 in Chinese: titles, words for mistakes, hints."""

WORDS = {
    # 1.1
    "the slope between two points": "两点之间的斜率",
    "This is how much f grows. A slope is growth per step: divide by h.":
        "这是 f 的增量。斜率是每一步的增量：要除以 h。",
    "This looks back, from x - h to x. The forward difference looks ahead, from x to x + h.":
        "这是向后看，从 x - h 到 x。前向差分是向前看，从 x 到 x + h。",
    "This looks to both sides. That is the next exercise; here, go from x to x + h.":
        "这是向两侧看。那是下一道练习；这里只需从 x 到 x + h。",
    "The sign is the other way round: a function that grows has a positive slope.":
        "符号反了：递增的函数斜率为正。",
    "A division binds tighter than a minus: put the difference in brackets before you divide by h.":
        "除法的优先级高于减法：先用括号把差括起来，再除以 h。",
    "How much does f grow between x and x + h, and how far is that?":
        "从 x 到 x + h，f 增加了多少？这段距离有多长？",
    # 1.2
    "a better slope from the same two calls": "同样两次调用，得到更好的斜率",
    "The two points are 2 * h apart, so divide by 2 * h.": "两点相距 2 * h，所以要除以 2 * h。",
    "`/ 2 * h` divides by 2 and then multiplies by h. Write `/ (2 * h)`.":
        "`/ 2 * h` 是先除以 2 再乘以 h。请写成 `/ (2 * h)`。",
    "This is the forward difference of exercise 1.1. Look to both sides of x.":
        "这是练习 1.1 的前向差分。请看 x 的两侧。",
    "The sign is the other way round: the value on the right minus the value on the left.":
        "符号反了：应当是右边的值减去左边的值。",
    "Which two points lie h to the left and h to the right of x?": "x 左边 h 处和右边 h 处是哪两个点？",
    # 1.3
    "the best step is neither the largest nor the smallest": "最佳步长既不是最大的，也不是最小的",
    "The smallest step is not the best: look at the plot above.": "最小的步长并不是最好的：请看上面的图。",
    "The largest step is not the best: look at the plot above.": "最大的步长并不是最好的：请看上面的图。",
    "An error of -1 is no better than one of 0.1. Compare the sizes of the errors: use abs.":
        "误差 -1 并不比误差 0.1 更好。要比较误差的绝对值：请用 abs。",
    "This is the error of the best step. Return the step.": "这是最佳步长的误差。请返回步长。",
    "This is the place of the best step in the list. Return the step itself.":
        "这是最佳步长在列表中的位置。请返回步长本身。",
    "Compute the error of the central difference for each step, then take the step with the smallest.":
        "对每个步长计算中心差分的误差，然后取误差最小的那个步长。",
    # 1.4
    "one slope for each number": "每个数一个斜率",
    "{name}(wave, x), after which x must be as before,": "{name}(wave, x)（之后 x 必须保持原样）",
    "This moves all elements of x at once. Move one, and leave the others where they are.":
        "这是同时移动 x 的所有元素。请只移动一个，其余的保持不动。",
    "After you have moved an element, move it back before you move the next; or move a copy.":
        "移动一个元素之后，要先把它移回去，再移动下一个；或者移动一个副本。",
    "An array of integers cannot hold a step of 0.00001: it is rounded to 0. Add the step to the array, "
    "as in x + step, which gives floating-point numbers.":
        "整数数组存不下 0.00001 这样的步长：它会被舍入为 0。请把步长加到数组上，"
        "例如 x + step，这样得到的是浮点数。",
    "The gradient has as many elements as x: one slope for each. Do not add them up.":
        "梯度的元素与 x 一样多：每个元素一个斜率。不要把它们加起来。",
    "The slope of element i belongs in place i of the result.": "第 i 个元素的斜率应放在结果的第 i 个位置。",
    "For each i: a step of h in element i alone, then the central difference.":
        "对每个 i：只让第 i 个元素移动 h，然后求中心差分。",
    # 1.5
    "downhill, step by step": "一步一步走下坡",
    "This goes uphill. The slope points to where f grows; subtract it.":
        "这是在上坡。斜率指向 f 增大的方向；要减去它。",
    "Every step needs the slope at the place that you have reached: compute it inside the loop.":
        "每一步都需要当前所在位置的斜率：请在循环内部计算它。",
    "This takes one step too few.": "少走了一步。",
    "This takes one step too many.": "多走了一步。",
    "This is how low f gets. Return x, the place.": "这是 f 的最低值。请返回位置 x。",
    "In each of the steps: x becomes x - rate * slope, with the slope at the current x.":
        "在每一步中：x 变为 x - rate * slope，其中 slope 是当前 x 处的斜率。",
}
