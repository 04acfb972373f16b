"""Reading a column's name: without case and signs, word by word, or in words for a person."""

import re


def normalize_name(name: str) -> str:
    """Return the name without case, spaces and signs.

    >>> normalize_name("Customer ID"), normalize_name("customer_id"), normalize_name("customerID")
    ('customerid', 'customerid', 'customerid')
    """
    return re.sub(r"[\W_]+", "", name.casefold())


def tokenize_name(name: str) -> tuple[str, ...]:
    """Return the words and numbers in a column name, in lower case.

    >>> tokenize_name("ordersLast30Days"), tokenize_name("orders_30d"), tokenize_name("Customer ID")
    (('orders', 'last', '30', 'days'), ('orders', '30', 'd'), ('customer', 'id'))
    """
    return tuple(word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name))


def humanize_name(name: str) -> str:
    """Return a column's own name as separate words.

    Examples
    --------
    >>> [humanize_name(name) for name in ("MonthlyCharges", "avg_order_value", "StreamingTV", "Fee")]
    ['Monthly charges', 'avg order value', 'Streaming TV', 'Fee']
    """
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name.replace("_", " ")).split()
    if name.isupper():
        return " ".join(words)
    return " ".join(
        word if position == 0 or word.isupper() else word[:1].lower() + word[1:]
        for position, word in enumerate(words)
    )


def capitalize_first(words: str) -> str:
    """Return words with a capital first letter, as a sentence or a title begins; the rest stays.

    >>> capitalize_first("days since last order")
    'Days since last order'
    """
    return words[:1].upper() + words[1:]
