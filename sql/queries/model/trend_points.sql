-- Listings of each product of a category in the last $2 days: $1 category id, or NULL = products without one.
-- One row per snapshot (day and today: days since 1970-01-01 UTC) with the contribution of the product (NULL = unknown), or one
-- with NULLs for a product that has none; by product and day.  The products stay locked, by id, until the transaction ends: their
-- contribution is still the one read here when their score is stored.
with now_utc as (select (now() at time zone 'utc')::date as day)
select p.id, p.margin_minor, n.day - date '1970-01-01' as today, s.day - date '1970-01-01' as day, s.listed_num
from product p cross join now_utc n
left join supplier_snapshot s on s.product_id = p.id and s.day between n.day - $2::integer and n.day and s.listed_num is not null
where p.category_id = $1 or ($1::text is null and p.category_id is null)
order by p.id, s.day
for no key update of p
