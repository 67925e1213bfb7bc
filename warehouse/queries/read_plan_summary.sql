-- How the year ends without and with the plan; no row where none is made for the country.
SELECT * FROM harvest.plan_summary
