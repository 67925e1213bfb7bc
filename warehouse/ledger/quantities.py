"""Which written quantities the books can hold exactly: 20 digits before and 18 after the decimal point.

Belongs here: the test on the decimal string. Does not belong here: what happens to a row that fails it.
"""

from connectors.records import exact_quantity

WHOLE_DIGITS = 20
DECIMALS = 18
PLAIN = r"-?[0-9]{1,20}(\.[0-9]{1,18})?"
"""A regular expression of texts that fit as they stand. Other texts (`1e-8`, `+5`, `.5`, `1.50000000000000000000`) are
looked at one by one by `plain_quantity`."""


def plain_quantity(text: str) -> str | None:
    """`text` as digits that `DECIMAL(38, 18)` takes without rounding, or `None` where it can not be held exactly.

    `None` too for what is not a finite decimal at all.
    """
    number = exact_quantity(text)
    if number is None:
        return None
    sign, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int) or not any(digits):
        return "0"
    significant = "".join(map(str, digits)).rstrip("0")
    exponent += len(digits) - len(significant)
    significant = significant.lstrip("0")
    if -exponent > DECIMALS or len(significant) + exponent > WHOLE_DIGITS:
        return None
    whole, decimals = (
        (significant + "0" * exponent, "")
        if exponent >= 0
        else (significant.rjust(-exponent, "0")[:exponent], significant.rjust(-exponent, "0")[exponent:])
    )
    return f"{'-' if sign else ''}{whole or '0'}.{decimals or '0'}"
