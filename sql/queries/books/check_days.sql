-- Days from $1 to $2 whose sums are others than their parts, shares of ad spend that are due anyway (ads_due) not counted: kind (sales, products, ads), day, currency, rows (how many).
with sales as (
  select coalesce(k.shop_date, f.shop_date) as day, coalesce(k.currency, f.currency) as currency
  from (select * from daily_sales k
        where shop_date between $1::date and $2::date
          and exists (select 1 from (values (orders), (unknown), (incomplete), (incomplete_later), (estimated), (fulfilled), (refunded),
                                            (gross), (discounts), (returned), (shipping), (taxes), (duties), (total_sales), (refunds),
                                            (goods), (supply_shipping), (supply_duty), (fees), (counted), (contribution)) as v (n)
                      where n <> 0)) as k
  full join (select * from books_daily_sales_of($1::date, $2::date) as f
             where exists (select 1 from (values (orders), (unknown), (incomplete), (incomplete_later), (estimated), (fulfilled), (refunded),
                                                 (gross), (discounts), (returned), (shipping), (taxes), (duties), (total_sales), (refunds),
                                                 (goods), (supply_shipping), (supply_duty), (fees), (counted), (contribution)) as v (n)
                           where n <> 0)) as f
    on (k.shop_date, k.currency, k.slot) = (f.shop_date, f.currency, f.slot)
  where (k.*)::text is distinct from (f.*)::text
), products as (
  select coalesce(k.shop_date, f.shop_date) as day, coalesce(k.currency, f.currency) as currency
  from (select * from daily_product
        where shop_date between $1::date and $2::date
          and (units, units_back, net_revenue, contribution, incomplete, estimated, ads) <> (0, 0, 0, 0, 0, 0, 0)) as k
  full join (select * from books_daily_product_of($1::date, $2::date)
             where (units, units_back, net_revenue, contribution, incomplete, estimated, ads) <> (0, 0, 0, 0, 0, 0, 0)) as f
    on (k.shop_date, k.currency, k.item_id, k.slot) = (f.shop_date, f.currency, f.item_id, f.slot)
  where (k.units, k.units_back, k.net_revenue, k.contribution, k.incomplete, k.estimated, k.ads)
        is distinct from (f.units, f.units_back, f.net_revenue, f.contribution, f.incomplete, f.estimated, f.ads)
), ad_day as (
  select shop_date as day, currency from ad_metric where shop_date between $1::date and $2::date
  union select shop_date, currency from daily_ads where shop_date between $1::date and $2::date
  union select shop_date, currency from order_ads where shop_date between $1::date and $2::date
), ads as (
  select d.day, d.currency
  from ad_day d
  cross join lateral (
    select 1 from (select order_id, product_id, minor from books_ads_of(d.day, d.currency)) as f
    full join (select order_id, product_id, minor from order_ads where shop_date = d.day and currency = d.currency) as k
      on (k.order_id, k.product_id) = (f.order_id, f.product_id)
    where k.minor is distinct from f.minor
      and not exists (select 1 from ads_due u where u.shop_date = d.day and u.currency = d.currency)
    union all
    select 1 from books_daily_ads_of(d.day, d.currency) as f
    full join (select * from daily_ads where shop_date = d.day and currency = d.currency) as k on true
    where (k.*)::text is distinct from (f.*)::text) as wrong
)
select 'sales' as kind, day, currency, count(*) as rows from sales group by day, currency
union all select 'products', day, currency, count(*) from products group by day, currency
union all select 'ads', day, currency, count(*) from ads group by day, currency
order by 2, 3, 1
