-- What could be harvested on each night, in order.
SELECT night_date, short_loss_usd, long_loss_usd, review_loss_usd FROM harvest.nights ORDER BY night_date
