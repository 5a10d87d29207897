"""Lesson 11 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 11.1
    "padding": "填充",
    "The mask is the wrong way round: it is True at padding and False at words.":
        "掩码弄反了：填充处为 True，词的位置为 False。",
    "The padding comes after the words: a row begins with its ids and ends in zeros.":
        "填充在词的后面：一行以编号开头，以零结尾。",
    "T is the length of the longest row. Here words are cut off.":
        "T 是最长的一行的长度。这里有词被截掉了。",
    "Fill up with 0, the id of padding; 1 is the unknown word.":
        "要用 0，即填充的编号来补齐；1 是未知词。",
    "The mask has the dtype bool: True and False.": "掩码的 dtype 是 bool：True 和 False。",
    "Look at `ids` and `padding` for two short lists, such as padded([[5, 6, 7], [8]]).":
        "用两个短列表看看 `ids` 和 `padding`，例如 padded([[5, 6, 7], [8]])。",
    # 11.2
    "attention that does not see the padding": "看不见填充的注意力",
    "{name}(Q, K, V, padding) for {N} sentences, {T} queries, {S} keys, {lengths} of them words, and values "
    "of 1e6 at padding":
        "{name}(Q, K, V, padding)（{N} 个句子，{T} 个查询，{S} 个键，"
        "其中词数为 {lengths}，填充处的值为 1e6）",
    "{name}(Q, K, V, padding) for {N} sentences, {T} queries, {S} keys, {lengths} of them words,":
        "{name}(Q, K, V, padding)（{N} 个句子，{T} 个查询，{S} 个键，其中词数为 {lengths}）",
    "The mask is about the keys: it belongs to the last axis of the scores, (N, 1, S). Here it hides the "
    "queries.":
        "掩码针对的是键：它属于得分的最后一个轴，(N, 1, S)。这里遮住的却是查询。",
    "A score of 0 does not hide a key: e^0 is 1. Only a score of minus infinity has the weight 0.":
        "得分 0 遮不住一个键：e^0 是 1。只有得分为负无穷时，权重才是 0。",
    "The mask is set after the softmax, so that the weights of a row no longer sum to 1. Set it in the "
    "scores.":
        "掩码用在了 softmax 之后，这样一行的权重之和就不再是 1。请把它用在得分上。",
    "The padding is not hidden at all: `padding` must have an effect on the scores.":
        "填充根本没有被遮住：`padding` 必须对得分起作用。",
    "`padding` is True at padding. This hides the words and attends to the padding.":
        "`padding` 在填充处为 True。这里遮住了词，却注意着填充。",
    "Divide the scores by the square root of d, the length of a query.":
        "得分要除以 d 的平方根，d 是一个查询的长度。",
    "Divide by the square root of d, not by d itself.": "要除以 d 的平方根，而不是除以 d 本身。",
    "The softmax runs over the keys, the last axis of the scores.":
        "softmax 要沿键的方向，即得分的最后一个轴。",
    "Which axis of the scores belongs to the keys, and do the weights of each row sum to 1?":
        "得分的哪个轴属于键？每一行的权重之和是 1 吗？",
    "{steps} steps of a reader with your attention: {right:.1%} of 1,000 unseen sentences are read right;\n"
    "a constant guess reaches {guess:.1%}. Twenty places of padding change its output by {change:.0e}.":
        "用你的注意力训练阅读模型 {steps} 步：1,000 个没见过的句子中有 {right:.1%} 判断正确；\n"
        "总是猜同一个答案，可以达到 {guess:.1%}。二十个位置的填充使它的输出改变 {change:.0e}。",
    # 11.3
    "positions from sines and cosines": "由正弦和余弦得到的位置",
    "Sine and cosine of the same frequency stand side by side: sines in columns 0, 2, 4, cosines in "
    "1, 3, 5. Here all sines come before all cosines.":
        "频率相同的正弦和余弦并排放置：正弦在第 0、2、4 列，余弦在第 1、3、5 列。"
        "这里却是所有的正弦都在余弦前面。",
    "A pair of columns shares a frequency: columns 2i and 2i + 1 both have the exponent 2i / D.":
        "两列为一对，共用一个频率：第 2i 列和第 2i + 1 列的指数都是 2i / D。",
    "i numbers the pairs of columns, not the columns: columns 2i and 2i + 1 have the exponent 2i / D.":
        "i 是一对列的编号，不是列的编号：第 2i 列和第 2i + 1 列的指数是 2i / D。",
    "The first word is at t = 0, where every sine is 0 and every cosine 1.":
        "第一个词在 t = 0 处，那里所有的正弦都是 0，所有的余弦都是 1。",
    "The even columns are sines and the odd ones cosines.": "偶数列是正弦，奇数列是余弦。",
    "The exponent of pair i is 2i / D; this is i / D.": "第 i 对的指数是 2i / D；这里是 i / D。",
    "The angle is t divided by 10000^(2i/D); here it is multiplied.":
        "角度是 t 除以 10000^(2i/D)；这里却是相乘。",
    "There is a row for each position, and a column for each number: the shape is (T, D).":
        "每个位置占一行，每个数占一列：形状是 (T, D)。",
    "Make the angles first, an array (T, D/2): a row for each t, a column for each i.":
        "先算出角度，它是形状为 (T, D/2) 的数组：每个 t 一行，每个 i 一列。",
    "Which of two words comes first in a row of twelve? After {steps} steps, a Transformer is right in\n"
    "{without:.1%} of 1,000 new rows without positions, and in {given:.1%} with yours.":
        "一行十二个词，其中的两个词哪个在前？训练 {steps} 步之后，\n"
        "对于 1,000 行新的词，Transformer 答对的比例在没有位置时"
        "是 {without:.1%}，用你的位置时是 {given:.1%}。",
    # 11.4
    "one vector for the whole sentence": "用一个向量代表整个句子",
    "{name}(x, padding) for sentences of {lengths} words, padded to {T} with numbers of 1e6,":
        "{name}(x, padding)（句子的词数为 {lengths}，填充到 {T}，填充处的数为 1e6）",
    "{name}(x, padding) for sentences of {lengths} words, padded to {T},":
        "{name}(x, padding)（句子的词数为 {lengths}，填充到 {T}）",
    "This is the mean over all positions. The padding must not count.":
        "这是对所有位置求平均。填充不应算在内。",
    "The sum is right, but the number of words is not: it divides by T, padding included.":
        "和是对的，词数却不对：这里除以了 T，把填充也算了进去。",
    "This is the sum over the words. Divide by their number.": "这是对词求和。还要除以词数。",
    "This averages the padding and leaves out the words: `padding` is True at padding.":
        "这里对填充求了平均，却漏掉了词：`padding` 在填充处为 True。",
    "Every sentence has its own number of words; this divides by the number of words in the batch.":
        "每个句子都有自己的词数；这里除以的却是整个批次的词数。",
    "What must a padded position add to the sum, and how many words does each sentence have?":
        "填充的位置应当给和增加多少？每个句子各有多少个词？",
    # 11.5
    "what if?": "如果没有这个词，会怎样？",
    "{name}(model, np.array({ids})) of a model in the grader":
        "{name}(model, np.array({ids}))（模型在评分程序中）",
    "A drop is the probability before minus the one after. This is the other way round.":
        "下降的量是之前的概率减去之后的概率。这里弄反了。",
    "Only one word is replaced at a time. Here the words before stay replaced: change a copy of ids.":
        "每次只替换一个词。这里前面的词也一直是替换过的：请在 ids 的副本上修改。",
    "The drop of the probability is asked for. The model returns a logit: apply the sigmoid to it.":
        "要求的是概率的下降。模型返回的是 logit：请对它用 sigmoid。",
    "The word is replaced by the unknown word, id 1, and not by padding, id 0.":
        "词要换成未知词，编号 1，而不是填充，编号 0。",
    "Replace the word itself and keep the others. Here only the word itself is left.":
        "请替换这个词本身，保留其他的词。这里却只剩下了这个词本身。",
    "These are the probabilities after each change. The drop is the one before minus these.":
        "这些是每次改变之后的概率。下降的量是之前的概率减去这些概率。",
    "Each word is replaced alone, the others stay; a drop is before minus after.":
        "每次只替换一个词，其他的词不变；下降的量是之前减去之后。",
}
