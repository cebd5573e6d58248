-- First and last day in the books: first, last (NULL = there is none).
select least((select min(shop_date) from order_day), (select min(shop_date) from daily_sales), (select min(shop_date) from daily_product),
             (select min(shop_date) from ad_metric), (select min(shop_date) from daily_ads)) as first,
       greatest((select max(shop_date) from order_day), (select max(shop_date) from daily_sales), (select max(shop_date) from daily_product),
                (select max(shop_date) from ad_metric), (select max(shop_date) from daily_ads)) as last
