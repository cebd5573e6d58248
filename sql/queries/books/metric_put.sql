-- A row of an ad report: platform $1, campaign $2, ad set $3, product $4 (NULL = none), shop day $5, currency $6, spend $7, impressions $8,
-- clicks $9, purchases $10, revenue $11.
insert into ad_metric (platform, campaign, ad_set, product_id, shop_date, currency, spend_minor, impressions, clicks, purchases,
                       revenue_minor)
values ($1, $2, $3, $4::bigint, $5::date, $6, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::bigint)
on conflict (platform, campaign, ad_set, product_id, shop_date, currency) do update
set spend_minor = excluded.spend_minor, impressions = excluded.impressions, clicks = excluded.clicks, purchases = excluded.purchases,
    revenue_minor = excluded.revenue_minor, read_at = now()
