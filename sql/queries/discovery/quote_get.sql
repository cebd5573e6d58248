-- Freight of $2 pieces of variant $1 from $3 to $4, if quoted in the last $5 hours.  methods (json array of {"name",
-- "price_minor","currency","days_min","days_max"}), quoted_us.  One row or none
select methods, (extract(epoch from quoted_at) * 1000000)::bigint as quoted_us from freight_quote
where vid = $1 and quantity = $2::integer and origin = $3 and dest = $4
  and quoted_at > now() - make_interval(hours => $5::integer)
