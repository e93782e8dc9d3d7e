"""The words of a blueprint in English, each in the form that the sentences ask for."""

from typing import Final

WEEK: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTH: Final = (
    *("January", "February", "March", "April", "May", "June", "July"),
    *("August", "September", "October", "November", "December"),
)
CLASS: Final = {
    "currency": "money",
    "gold": "gold",
    "crypto": "crypto-assets",
    "hedge_fund": "units of hedge funds",
    "venture_fund": "interests in venture funds",
}
STATED: Final = {
    "gold": "gold",
    "foreign_currency": "foreign currency",
    "domestic_currency": "domestic currency",
    "crypto": "crypto-assets",
    "hedge_funds": "hedge funds",
    "venture_funds": "venture funds",
    "in_transit": "money in transit",
    "receivables": "receivables",
}
FUND: Final = {
    "hedge_fund": ("hedge fund", "hedge funds"),
    "venture_fund": ("venture fund", "venture funds"),
    "listed": ("listed instrument", "listed instruments"),
}
CONTROL: Final = {
    "restrained": "when it is frozen where it is, at an exchange or a bank that may not let it go",
    "device": "when the device with its keys is in hand",
    "custody": "when it was moved to an address that a custodian controls",
}
ORDER: Final = {
    "conviction": "upon conviction, over property of the crime",
    "non_conviction": "without a conviction, over property of the crime",
    "value": "over other property, up to the value of the benefit",
}
WAY: Final = {
    "auction": "sold at auction",
    "negotiated_sale": "sold to one buyer on agreed terms",
    "tranche_sale": "sold on the market a little at a time",
    "sell_and_invest": "sold, and the money placed with managers",
    "transfer_to_managers": "handed to managers in kind, against units of their funds",
    "hold": "kept as it is",
    "interlocutory_sale": "sold by leave of the court, before the order is final",
}
SOLD: Final = {
    "auction": "by auction",
    "tranche_sale": "on the market, a little at a time",
    "negotiated_sale": "to one buyer on agreed terms",
}
TO: Final = {
    "reserve": "to the reserve",
    "budget": "to the State budget",
    "victims": "to a general fund for victims",
}
CONTENTS: Final = {
    "eligible_assets": "the assets it may be exposed to",
    "market_value_floor": "the least market value of an asset",
    "single_asset": "the most in one asset",
    "issuer": "the most in claims on one issuer",
    "counterparty": "the most with one counterparty",
    "illiquids": "the most that is illiquid",
    "undisclosed": "the most that is not disclosed",
    "leverage": "the leverage allowed",
    "benchmark": "the benchmark",
    "reports": "the reports it sends",
    "cure_days": "how long a breach may last",
}
IN: Final = {
    "single_asset": "in one asset",
    "issuer": "in claims on one issuer",
    "counterparty": "with one counterparty",
    "illiquids": "in illiquid assets",
    "undisclosed": "in undisclosed positions",
}
AGE: Final = {
    "currency": "a rate",
    "gold": "a gold price",
    "crypto": "a coin's price",
    "hedge_fund": "a hedge fund's NAV",
    "venture_fund": "a venture fund's NAV",
}
