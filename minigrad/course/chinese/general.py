"""What is not of one lesson: the words of the graders, of the command line, and the lessons' titles."""

WORDS = {
    # answers.py and grading.py
    "Right.": "正确。",
    "Not written yet: {name} returns None.\n"
    "Fill in the cell above and run it, then run this one again.":
        "还没有写：{name} 返回 None。\n"
        "请补全上面的单元格并运行它，然后再运行这一格。",
    "Not right yet: {case} gives None.\n"
    "Hint: A function hands its result back with `return`, in every case; print only shows it.":
        "还不对：{case} 得到 None。\n"
        "提示：函数要用 `return` 交回结果，每种情况都要；print 只是把它显示出来。",
    "All that was tried is right, but at work in a real training it stops with {said}":
        "试过的情况都对，但用到真正的训练中时因错误而中止：{said}",
    "There should be a function {name}, got {got}: run the cell above again.":
        "这里应当是函数 {name}，得到的却是{got}：请重新运行上面的单元格。",
    "There should be a class {name}, got {got}: run the cell above again.":
        "这里应当是类 {name}，得到的却是{got}：请重新运行上面的单元格。",
    "This is minigrad's own {own}; write {name} yourself.":
        "这是 minigrad 自带的 {own}；请自己写出 {name}。",
    "{case} stops with {said}": "{case} 因错误而中止：{said}",
    "\n    line {number} of the cell: {line}": "\n    单元格第 {number} 行：{line}",
    "\nHint: {advice}": "\n提示：{advice}",
    "Not right yet: {case} gives {result}, which is wrong.": "还不对：{case} 得到 {result}，这是错的。",
    "Not right yet: {case} is not what it should be: {trouble}.":
        "还不对：{case} 的结果不符合要求：{trouble}。",
    "Your code is too slow, or a loop in it never ends: {error}.\n"
    "Hint: does every loop come closer to its end each time around?":
        "代码太慢，或者其中有一个循环永远不会结束：{error}。\n"
        "提示：每个循环是否每转一圈都离终点更近一步？",
    "no answer after {seconds:g} seconds": "{seconds:g} 秒后仍没有结果",
    "(The progress could not be noted: {error})": "（进度未能记录：{error}）",
    "there should be {count} results, got {got}": "应当返回 {count} 个结果，得到的却是 {got}",
    "in result {place}, {trouble}": "在第 {place} 个结果中，{trouble}",
    "the answer should be {wanted}, got {got}": "答案应当是{wanted}，得到的却是{got}",
    "the answer should be {wanted}, got {got} of dtype {dtype}":
        "答案应当是{wanted}，得到的却是 dtype 为 {dtype} 的{got}",
    "the answer should be {wanted}, got {got} that is not one array of numbers":
        "答案应当是{wanted}，得到的却是{got}，而且它无法成为一个数值数组",
    "the answer should be one number, got an array of shape {got}":
        "答案应当是一个数，得到的却是形状为 {got} 的数组",
    "the shape should be {wanted}, got {got}": "形状应当是 {wanted}，得到的却是 {got}",
    "one number": "一个数",
    "the answer should hold {wanted}, got {got}": "答案中应当是{wanted}，得到的却是{got}",
    "booleans": "布尔值",
    "integers": "整数",
    "floating-point numbers": "浮点数",
    "the answer contains nan or inf": "答案中含有 nan 或 inf",
    "no gradient flows through the answer; use tensor operations only, not .numpy() or .detach()":
        "梯度无法流过这个答案；请只用张量运算，不要用 .numpy() 或 .detach()",
    "wrong in {count} of {size} values, the first at [{place}]":
        "{size} 个值中有 {count} 个不对，第一个位于 [{place}]",
    "{off} of result {place}": "第 {place} 个结果的 {off}",
    "a NumPy array": "一个 NumPy 数组",
    "a number": "一个数",
    "a {type}": "一个 {type}",
    "an {type}": "一个 {type}",
    # amounts.py
    "In the browser this lesson takes fewer steps or examples: its numbers differ.":
        "在浏览器中，本课使用较少的步数或样本，因此数字会有所不同。",
    # progress.py
    "{file} is not a file of the course's progress; move it away to begin anew":
        "{file} 不是课程的进度文件；把它移走即可重新开始",
    # command.py; the words of the table's head are as wide as the English ones
    "lesson": "  课次",
    "minutes": "   分钟",
    "exercises passed": "已通过的练习",
    "{done} of {count}": "{done} / {count}",
    "checked in the notebook": "在笔记本中检查",
    "python -m minigrad course open 1      opens a lesson": "python -m minigrad course open 1      打开一课",
    "Your progress is in {file}.": "进度保存在 {file}。",
    "Lesson {number}: forgot {count} exercises. To restore the notebook itself: git restore "
    "notebooks/{file}.*":
        "第 {number} 课：已清除 {count} 道练习的记录。要恢复笔记本本身：git restore notebooks/{file}.*",
    "course: the lessons are in the folder notebooks of minigrad's source; run this in a clone, where "
    "minigrad is installed with pip install -e .":
        "course：课程位于 minigrad 源代码的 notebooks 文件夹中；请在克隆的仓库里运行此命令，"
        "并用 pip install -e . 安装 minigrad",
    "course: opening a lesson needs JupyterLab: pip install jupyterlab; or open {file} with another program "
    "for notebooks":
        "course：打开课程需要 JupyterLab：pip install jupyterlab；也可以用其他笔记本程序打开 {file}",
    "course: lesson {number} is not translated yet; --language en opens it in English":
        "course：第 {number} 课还没有翻译；--language en 打开英文版",
    "course: nothing has been passed yet": "course：还没有通过任何练习",
    "minigrad: what {name} passed": "minigrad：{name}通过的练习",
    "I": "我",
    "Lesson {number}, {title}: all {count} exercises": "第 {number} 课，{title}：全部 {count} 道练习",
    "| exercise | about | passed on | tries |": "| 练习 | 内容 | 通过日期 | 尝试次数 |",
    "{count} exercises: {file}": "{count} 道练习：{file}",
    # export.py
    "Your teacher has left the solutions out. The cell below an exercise tries your code on one case, and on "
    "others when your work is graded.":
        "你的老师去掉了参考答案。练习下面的单元格用一个例子检验你的代码，评分时还会用其他例子。",
    # lessons.py
    "Numbers and slopes": "数与斜率",
    "An engine for numbers": "数的自动求导引擎",
    "From numbers to tensors": "从数到张量",
    "The real engine": "真正的引擎",
    "Layers, losses and optimizers, written out": "层、损失和优化器，从头写起",
    "Saving, loading, resuming": "保存、加载、恢复训练",
    "Training well": "把网络训练好",
    "Sequences": "序列",
    "A small GPT": "一个小型 GPT",
    "Pretrained models, fine-tuning, LoRA": "预训练模型、微调、LoRA",
    "Why it is fast or slow": "为什么快，为什么慢",
    "What is a house worth?": "一栋房子值多少钱？",
    "Reading digits": "识别手写数字",
    "Did they like the film?": "他们喜欢这部电影吗？",
}
