-- How many of the kept totals (0022_totals.sql) are not what counting gives, and orders that are wrongly known as paid or unpaid for.
-- differ
select (select count(*) from total_counted c full join total t using (what, key) where c.n is distinct from t.n)
     + (select count(*)
        from order_paid p full join (select distinct order_id from supplier_order where paid_at is not null) k using (order_id)
        where p.order_id is null or k.order_id is null) as differ
