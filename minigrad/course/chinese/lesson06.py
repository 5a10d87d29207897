"""Lesson 6 in Chinese: titles, cases, words for mistakes, hints."""

WORDS = {
    # 6.1
    "all that a training consists of": "一次训练的全部内容",
    "going on for {after} steps with the {name} of step {before}":
        "用第 {before} 步的 {name} 接着训练 {after} 步",
    "This resumes from where the first training is by now: state_dict() holds the tensors themselves, "
    "which change at every step. Take a copy of everything, with copy.deepcopy.":
        "这样会从第一次训练此刻所在的地方继续：state_dict() 里就是那些张量本身，它们每一步都在变。"
        "请用 copy.deepcopy 复制全部内容。",
    "The weights are copies, but the optimizer's state is still the live one. Copy that, too.":
        "权重是副本，但优化器的状态仍是正在使用的那一份。请把它也复制下来。",
    "The optimizer starts anew. Its moments belong to the training, too: optimizer.state_dict().":
        "优化器从头开始了。它的矩也属于训练：optimizer.state_dict()。",
    "The generator draws other batches than it would have drawn. Keep generator.bit_generator.state as "
    "it is now.":
        "生成器抽出的批次与本来会抽出的不同。请保存 generator.bit_generator.state 此刻的值。",
    "Keep all four: the keys are \"model\", \"optimizer\", \"generator\" and \"step\".":
        "四样都要保存：键是 \"model\"、\"optimizer\"、\"generator\" 和 \"step\"。",
    "Keep `step` as it is: it is the number of the step that comes next.":
        "`step` 要原样保存：它是接下来那一步的编号。",
    "Which four things change during a training? Keep a copy of each.":
        "训练中有哪四样东西在变？每一样都保存一份副本。",
    "A training on digits, interrupted after 100 steps, goes on for 60 more with your snapshot:":
        "一次识别数字的训练在 100 步之后中断，再用你的 snapshot 继续 60 步：",
    "    largest difference to the uninterrupted run: {largest:g}":
        "    与没有中断的训练相比，最大的差：{largest:g}",
    "    the same without the optimizer's moments:    {largest:.2f}":
        "    如果丢掉优化器的矩，最大的差：  {largest:.2f}",
    # 6.2
    "a name for each array": "给每个数组一个名称",
    "{name} of a flat dict: [the number under each right name, or -1; the count of wrong names]":
        "{name}(只有一层的字典)：[各个正确名称下的数，没有则为 -1; 错误名称的个数]",
    "{name} of a dict of dicts: [the number under each right name, or -1; the count of wrong names]":
        "{name}(字典的字典)：[各个正确名称下的数，没有则为 -1; 错误名称的个数]",
    "{name} of a dict with a list: [the number under each right name, or -1; the count of wrong names]":
        "{name}(含有列表的字典)：[各个正确名称下的数，没有则为 -1; 错误名称的个数]",
    "{name} of a dict with a list of arrays: [the number under each right name, or -1; the count of wrong "
    "names]":
        "{name}(含有数组列表的字典)：[各个正确名称下的数，没有则为 -1; 错误名称的个数]",
    "{name} of a dict with empty parts: [the number under each right name, or -1; the count of wrong names]":
        "{name}(含有空的部分的字典)：[各个正确名称下的数，没有则为 -1; 错误名称的个数]",
    "{got} is not a dict": "{got} 不是字典",
    "A name does not begin with a dot: put the dot only between two parts.":
        "名称不以点开头：只在两段之间放点。",
    "The parts of a name are joined with a dot.": "名称的各段要用点连接。",
    "The last part alone is not enough: two layers may both have a weight. A name is the whole way.":
        "只有最后一段是不够的：两个层可能都有 weight。名称是整条路。",
    "Deeper down, the parts in the middle are lost. Hand the whole way so far on to the next level.":
        "到了更深处，中间的各段丢了。请把到此为止的整条路交给下一层。",
    "A list is a level, too: its parts are called 0, 1, 2 and so on.":
        "列表也是一层：它的各部分依次叫作 0、1、2……",
    "The first part of a list is number 0.": "列表的第一部分编号是 0。",
    "A function that calls itself for each dict or list, and hands on the name so far.":
        "写一个函数，遇到字典或列表就调用自己，并把到此为止的名称传下去。",
    # 6.3
    "a safetensors file by hand": "亲手写一个 safetensors 文件",
    "{name}(two tensors): [the place of the header, how far the number before it is from the header's "
    "length]":
        "{name}(两个张量)：[头部的位置, 头部前面的数与头部长度之差]",
    "{name}(two tensors): [unused bytes before each of them, then how many bytes each has]":
        "{name}(两个张量)：[各个张量前面未用的字节数，然后是各个张量的字节数]",
    "what minigrad reads from {name}(two tensors)": "minigrad 从 {name}(两个张量) 中读到的内容",
    "what minigrad reads from {name}(tensors of many kinds)":
        "minigrad 从 {name}(各种各样的张量) 中读到的内容",
    "{got} is not bytes": "{got} 不是 bytes",
    "no header begins anywhere in these bytes, {start}": "这些字节中找不到头部的开头 {start}",
    "the header is not JSON ({trouble})": "头部不是 JSON（{trouble}）",
    "the names are {found}, expected {wanted}": "名称是 {found}，应当是 {wanted}",
    "The length is written little-endian, its smallest byte first: struct.pack(\"<Q\", ...).":
        "长度按小端序写入，最低位的字节在前：struct.pack(\"<Q\", ...)。",
    "The length counts the header alone, without its own 8 bytes.":
        "长度只计头部，不包括它自己的 8 个字节。",
    "The length takes 8 bytes, whatever the number is: \"Q\" is an unsigned number of 8 bytes.":
        "无论数的大小，长度总占 8 个字节：\"Q\" 就是 8 个字节的无符号数。",
    "data_offsets count from the first byte after the header, not from the start of the file.":
        "data_offsets 从头部之后的第一个字节算起，而不是从文件的开头算起。",
    "data_offsets count bytes, not elements: len(array.tobytes()).":
        "data_offsets 数的是字节，不是元素：len(array.tobytes())。",
    "data_offsets are the first byte and the byte after the last, not a place and a length.":
        "data_offsets 是第一个字节和最后一个字节的下一个字节的位置，而不是一个位置和一个长度。",
    "Python's text of a dict has single quotes, which JSON does not allow. Use json.dumps.":
        "Python 把字典写成文本时用单引号，JSON 不允许这样。请用 json.dumps。",
    "The format has its own names for dtypes, such as F32: CODES knows them.":
        "这种格式对 dtype 有自己的叫法，例如 F32：CODES 里都有。",
    "8 bytes with the length of the header, the header as JSON, then the raw bytes of each array.":
        "先是写着头部长度的 8 个字节，再是 JSON 写成的头部，然后是各个数组的原始字节。",
    "Your function wrote a network that was trained on digits, and minigrad.io.load read your file.":
        "你的函数写下了一个训练好的数字识别网络，minigrad.io.load 读取了你的文件。",
    "A new network reads {before:.1%} of 500 unseen digits right before, {share:.1%} after loading.":
        "对 500 个没见过的数字，一个新的网络在加载之前识别正确 {before:.1%}，加载之后 {share:.1%}。",
    "Its outputs are bit for bit those of the network that was saved.":
        "它的输出与所保存的网络每一位都相同。",
    "Its outputs are not those of the network that was saved.": "它的输出与所保存的网络不同。",
    # 6.4
    "read it, and believe nothing": "读文件，什么都不轻信",
    "{name}(content) of a file of three tensors": "{name}(content)（文件中有三个张量）",
    "{name}(content) of a file with __metadata__": "{name}(content)（文件中有 __metadata__）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with one byte too few":
        "{name}(content)（文件少一个字节；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with a byte too many at its end":
        "{name}(content)（文件末尾多一个字节；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file that ends inside its header":
        "{name}(content)（文件在头部中间就结束了；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file whose header should be longer than the file":
        "{name}(content)（头部的长度超过了文件；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with the unknown dtype F99":
        "{name}(content)（文件中有未知的 dtype F99；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with the shape [-1]":
        "{name}(content)（文件中有形状 [-1]；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with the shape [3], but 8 bytes of F32":
        "{name}(content)（文件中形状为 [3]，F32 却只有 8 个字节；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with the offsets [-8, 0]":
        "{name}(content)（文件中有位置 [-8, 0]；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file with the offsets [-8, -8] of no number":
        "{name}(content)（文件中有位置 [-8, -8]，其中没有数；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file that ends right behind its header, two bytes "
    "early":
        "{name}(content)（文件在头部之后就结束了，比头部所说的少两个字节；抛出 ValueError 为 1，否则为 0）",
    "1 for a ValueError, 0 for none: {name}(content) of a file of 3 bytes":
        "{name}(content)（文件只有 3 个字节；抛出 ValueError 为 1，否则为 0）",
    "The length is little-endian: int.from_bytes(content[:8], \"little\").":
        "长度是小端序的：int.from_bytes(content[:8], \"little\")。",
    "The data begin after the 8 bytes and the header, at content[8 + length].":
        "数据在 8 个字节和头部之后开始，即 content[8 + length]。",
    "The header may have an entry \"__metadata__\", which is no tensor. Skip it.":
        "头部可能有一项 \"__metadata__\"，它不是张量。请跳过它。",
    "Give each array its shape.": "请让每个数组具有它的形状。",
    "A file may be shorter than its header says, or its offsets may point anywhere. Check each number "
    "before you use it, and raise ValueError.":
        "文件可能比头部所说的短，位置也可能指向任何地方。使用每个数之前都要检查，不对就抛出 ValueError。",
    "With fewer than 8 bytes, struct.unpack stops with an error of its own, which is no ValueError. "
    "Check len(content) first.":
        "不足 8 个字节时，struct.unpack 会抛出它自己的错误，那不是 ValueError。请先检查 len(content)。",
    "NumPy refuses some bad files for you, but not all: an unknown dtype, a size below 0, offsets below "
    "0 and bytes that belong to no tensor need a check of their own.":
        "NumPy 会替你拒绝一部分坏文件，但不是全部：未知的 dtype、小于 0 的大小、小于 0 的位置，"
        "以及不属于任何张量的字节，都要专门检查。",
    "Before you use a number of the header, ask which values it may have; for all others, raise "
    "ValueError.":
        "使用头部中的一个数之前，先问它可以取哪些值；遇到其他的值，就抛出 ValueError。",
    "Your function read {names} from a file that minigrad.io.save wrote.":
        "你的函数从 minigrad.io.save 写的文件中读到了 {names}。",
    "A new network with these weights reads {share:.1%} of 500 unseen digits right.":
        "对 500 个没见过的数字，一个使用这些权重的新网络识别正确 {share:.1%}。",
    # 6.5
    "a file that is never half written": "绝不会只写一半的文件",
    "{name}(path, three pieces) without an old file: the bytes of the file, [files in the folder, ...],":
        "{name}(path, 三块内容)（没有旧文件）：文件的字节，[文件夹中的文件数, ...]",
    "{name}(path, three pieces) over an old file: the bytes of the file, [files in the folder, was the "
    "error passed on, was the old file whole while the new one was written, was it left unwritten],":
        "{name}(path, 三块内容)（已有旧文件）：文件的字节，[文件夹中的文件数, 错误是否传了出来, "
        "写新文件时旧文件是否完整, 旧文件是否没有被改写]",
    "{name}(path, pieces), cut off by an error: the bytes of the file, [files in the folder, was the error "
    "passed on, was the old file whole while the new one was written, was it left unwritten],":
        "{name}(path, pieces)（因错误而中断）：文件的字节，[文件夹中的文件数, 错误是否传了出来, "
        "写新文件时旧文件是否完整, 旧文件是否没有被改写]",
    "open(path, \"wb\") empties the old file at once: if the power fails now, nothing is left. Write to "
    "another file, and give it the name when it is complete.":
        "open(path, \"wb\") 会立刻清空旧文件：如果这时断电，就什么也不剩了。请写到另一个文件里，"
        "等它完整了再把名称给它。",
    "The file is still written over, only faster. Write to another file, and let os.replace give it the "
    "name in one step.":
        "文件还是被覆盖了，只是快了一些。请写到另一个文件里，再由 os.replace 一步把名称给它。",
    "The unfinished file stays behind after an error. Remove it.":
        "出错之后，没写完的文件留了下来。请删除它。",
    "The caller must hear of the error: after cleaning up, raise it again.":
        "错误必须让调用者知道：清理之后，再次抛出它。",
    "Between removing the old file and naming the new one there is no file at all. os.replace needs no "
    "removing.":
        "从删除旧文件到给新文件命名之间，一个文件也没有。os.replace 不需要先删除。",
    "The new content replaces the old one; it does not follow it.":
        "新内容要取代旧内容，而不是接在它后面。",
    "Write to path + \".part\"; os.replace(part, path) at the end; in an `except`, remove the part and "
    "raise.":
        "写到 path + \".part\"；最后用 os.replace(part, path)；"
        "在 `except` 中删除这个 .part 文件，再抛出错误。",
}
