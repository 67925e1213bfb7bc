"""Kraken, answered from a folder of its own wire format: api.kraken.com, REST version 0.

The folder's files stand at the endpoint's name and hold what that endpoint answers under `result`, whole (all rows,
not a page), in any order. A file that is not there is an empty answer. Numbers and names are as on the wire
(`"0.0010000000"`, `XXBT`, `ZUSD`, `XXBTZUSD`, staked `ETH.S`, `DOT.F`, `XBT.M`), times are Unix seconds.

- `Assets.json`: object, asset id to `{"aclass", "altname", "decimals", "display_decimals", "status"}`
- `AssetPairs.json`: object, pair id to `{"altname", "wsname", "aclass_base", "base", "aclass_quote", "quote", "lot",
  "pair_decimals", "cost_decimals", "lot_decimals", "lot_multiplier", "leverage_buy", "leverage_sell", "fees",
  "fees_maker", "fee_volume_currency", "margin_call", "margin_stop", "ordermin", "costmin", "tick_size", "status"}`
- `TradesHistory.json`: object, trade id (`TXXXXX-XXXXX-XXXXXX`) to `{"ordertxid", "postxid", "pair", "time", "type",
  "ordertype", "price", "cost", "fee", "vol", "margin", "leverage", "misc", "trade_id", "maker", "ledgers"}`;
  `pair` is the pair id, `fee` is in the quote asset
- `Ledgers.json`: object, ledger id (`LXXXXX-XXXXX-XXXXXX`) to `{"refid", "time", "type", "subtype", "aclass", "asset",
  "amount", "fee", "balance"}`: two rows for each trade (`refid` is the trade's id; the row of the asset that pays the
  fee carries it), one for each deposit, withdrawal (`amount` negative), staking reward (`"type": "staking"`, or `earn`
  with subtype `reward`), and two for each `transfer` or `earn` move between spot and staked names
- `DepositStatus.json`, `WithdrawStatus.json`: arrays of `{"method", "aclass", "asset", "refid", "txid", "info",
  "amount", "fee", "time", "status", "network"}`; `status` is `Success`, `Settled`, `Pending` or `Failure`; `refid` is
  also the `refid` of its ledger row
- `OHLC/<minutes>/<pair id>.json`: array of `[time, open, high, low, close, vwap, volume, count]`, daily in
  `OHLC/1440/XXBTZUSD.json`
- `BalanceEx.json`: object, asset id to `{"balance", "hold_trade"}`. Absent, it is what `Ledgers.json` adds up to
- `GetApiKeyInfo.json`, `SystemStatus.json`, `TradeVolume.json`: objects. Absent, they are: a key that may query and
  nothing else, online, and the first step of each pair's fees

Belongs here: how Kraken pages, filters, signs and refuses. Does not belong here: HTTP, faults, what rows mean.
"""
