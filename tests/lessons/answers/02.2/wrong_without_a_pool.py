# mistake: without a pool


from pool_lab.lessons import exercise


@exercise("02.2")
def sort_all(arrange, lists):
    return [arrange(words, longest_first=True) for words in lists]
