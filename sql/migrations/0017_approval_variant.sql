-- What a yes to an order sends out are the supplier's variants of its lines: when others have been confirmed since it was shown, it is
-- another question.
create or replace function approval_order_seen(o shop_order) returns text language sql stable as $$
  select md5(jsonb_build_array(o.state, o.hold_code, o.hold_reasons, o.financial, o.shop_cancelled_at, o.total_minor, o.currency,
      o.email, o.address, o.risk, o.score,
      (select jsonb_agg(jsonb_build_array(l.line_gid, l.sku, l.to_ship, l.unit_price_minor,
          (select jsonb_agg(m.vid order by m.rank, m.id) from variant_mapping m
           where m.shop_sku = l.sku and m.confirmed_at is not null)) order by l.id)
       from order_line l where l.order_id = o.id))::text)
  where o.state in ('held', 'approval')
$$;
