"""How a page shows and says what was deleted and added in a text."""

SAID = '<bdi class="visually-hidden" lang="{language}">{word}</bdi>'


def deleted(words, language="en"):
    return _marked("del", "deleted: ", words, language)


def added(words, language="en"):
    return _marked("ins", "added: ", words, language)


def _marked(tag, word, words, language):
    before, after = (SAID.format(language=language, word=each) for each in (word, " (end)"))
    return f"<{tag}>{before}{words}{after}</{tag}>"
