"""What can go wrong where the orders live, and how a sentence about it ends."""

from enum import Enum


class Failure(Enum):
    """What can go wrong between this program and an engine; the value is the rest of the sentence."""

    SIGN_IN = "cannot sign in; check {credentials}"
    REACH = "cannot be reached; check the server, the port and the network"
    NO_DATABASE = "there is no such {container}; check the address"
    SIGN_IN_OR_REACH = "cannot sign in or cannot be reached; check the server and {credentials}"
    PERMISSION = "this user may not do that; ask for the right to read the table{to_write}"
    ENDED = "the server ended the connection; nothing was written; run it again"
    CANCELLED = "the server cancelled the query; nothing was written; ask for a longer limit of time"
    OUT_OF_MEMORY = "the server has too little memory or disk for the query; nothing was written"
    BYTES = "the query would read more than the limit; raise max_gb in the address"
    NO_FILES = "there are no such files; check the bucket and the pattern"
    NOT_PARQUET = "a file is no Parquet file, or a damaged one; write or copy it again"
    REFUSED = "{engine} could not do what was asked ({code}); nothing was written"
    LOCAL_OUT_OF_MEMORY = OUT_OF_MEMORY


def is_from(error: BaseException, *packages: str) -> bool:
    """Whether an error's class belongs to one of the packages."""
    return any(cls.__module__.partition(".")[0] in packages for cls in type(error).__mro__)
