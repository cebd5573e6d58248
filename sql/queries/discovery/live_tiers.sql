-- Live products by the tier the watch put them in (NULL = none yet).  tier, products
select tier, count(*) as products from product where state in ('listed', 'on_hold') group by tier
