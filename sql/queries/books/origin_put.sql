-- Order $1 came from ad set $4 of campaign $3 at platform $2, known by $5 (click, utm).  The first stays, but a click is better.
insert into order_attribution as a (order_id, platform, campaign, ad_set, how) values ($1::bigint, $2, $3, $4, $5)
on conflict (order_id) do update
set platform = excluded.platform, campaign = excluded.campaign, ad_set = excluded.ad_set, how = excluded.how
where a.how = 'utm' and excluded.how = 'click'
