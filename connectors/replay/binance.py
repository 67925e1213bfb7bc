"""Binance, answered from a folder of its own wire format: api.binance.com, spot and sapi.

The folder's files stand at the endpoint's path behind its version (`/sapi/v1/capital/deposit/hisrec` is
`capital/deposit/hisrec.json`) and hold all its rows, not a page, in any order. A file that is not there is an empty
answer. Numbers are strings as on the wire, ids numbers, times Unix milliseconds unless said otherwise.

- `exchangeInfo.json`: object with `symbols`, an array of `{"symbol", "status", "baseAsset", "baseAssetPrecision",
  "quoteAsset", "quotePrecision", "quoteAssetPrecision", "orderTypes", "isSpotTradingAllowed", "filters", "permissions",
  "permissionSets", ...}`
- `capital/config/getall.json`: array of coins `{"coin", "name", "isLegalMoney", "trading", "depositAllEnable",
  "withdrawAllEnable", "networkList", ...}`
- `myTrades/<SYMBOL>.json`: array of `{"symbol", "id", "orderId", "orderListId", "price", "qty", "quoteQty",
  "commission", "commissionAsset", "time", "isBuyer", "isMaker", "isBestMatch"}`; `id` grows with `time`
- `capital/deposit/hisrec.json`: array of `{"id", "amount", "coin", "network", "status", "address", "addressTag",
  "txId", "insertTime", "completeTime", "transferType", "confirmTimes", "unlockConfirm", "walletType"}`; `status` is a
  number: 0 pending, 6 credited but locked, 1 success
- `capital/withdraw/history.json`: array of `{"id", "amount", "transactionFee", "coin", "status", "address", "txId",
  "applyTime", "network", "transferType", "info", "confirmNo", "walletType", "txKey", "completeTime"}`; both times
  are `"2025-01-31 23:59:59"` in UTC; `status` is a number: 6 completed, 4 processing, 5 failure, 1 canceled; `amount`
  is what arrives, the fee comes on top
- `fiat/orders/0.json` (deposits), `fiat/orders/1.json` (withdrawals): arrays of `{"orderNo", "fiatCurrency",
  "indicatedAmount", "amount", "totalFee", "method", "status", "createTime", "updateTime"}`
- `asset/assetDividend.json`: array of rewards `{"id", "amount", "asset", "divTime", "enInfo", "tranId"}`
- `convert/tradeFlow.json`: array of `{"quoteId", "orderId", "orderStatus", "fromAsset", "fromAmount", "toAsset",
  "toAmount", "ratio", "inverseRatio", "createTime"}`
- `asset/dribblet.json`: array of dust conversions to BNB `{"operateTime", "totalTransferedAmount",
  "totalServiceChargeAmount", "transId", "userAssetDribbletDetails": [{"transId", "serviceChargeAmount", "amount",
  "operateTime", "transferedAmount", "fromAsset"}]}`
- `klines/<interval>/<SYMBOL>.json`: array of `[open time, open, high, low, close, volume, close time, quote volume,
  trades, taker base, taker quote, "0"]`, daily in `klines/1d/BTCUSDT.json`
- `account.json`: object with `balances`, an array of `{"asset", "free", "locked"}`. Absent, it is what all rows above
  add up to
- `account/apiRestrictions.json`, `system/status.json`, `asset/tradeFee.json`: absent, they are: a key that may read and
  nothing else, normal, and 0.1 % for every symbol

Belongs here: how Binance pages, bounds its windows, signs and refuses. Does not belong here: HTTP, faults, what rows
mean.
"""
