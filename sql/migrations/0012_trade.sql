-- Lists and decisions of people: orders by their total, and fingerprints of what a person was shown.

create index shop_order_total on shop_order (state, coalesce(total_minor, -1), id);

-- What a person decided about, in one word: it changes with every fact that the decision rests on, and with nothing else.
-- NULL: nothing (any more) waits for a person there.
create function approval_order_seen(o shop_order) returns text language sql stable as $$
  select md5(jsonb_build_array(o.state, o.hold_code, o.hold_reasons, o.financial, o.shop_cancelled_at, o.total_minor, o.currency,
      o.email, o.address, o.risk, o.score,
      (select jsonb_agg(jsonb_build_array(l.line_gid, l.sku, l.to_ship, l.unit_price_minor) order by l.id)
       from order_line l where l.order_id = o.id))::text)
  where o.state in ('held', 'approval')
$$;
create function approval_product_seen(p product) returns text language sql stable as $$
  select md5(jsonb_build_array(p.state, p.price_minor, p.landed_minor, p.margin_minor, p.shop_currency, p.decision_rule,
      (select max(t.version) from listing_text t where t.product_id = p.id),
      (select jsonb_agg(jsonb_build_array(v.vid, v.price_minor, v.offered) order by v.id)
       from variant v where v.product_id = p.id and v.gone_at is null))::text)
  where p.state in ('approval', 'needs_review')
$$;
create function approval_proposal_seen(r proposal) returns text language sql stable as $$
  select md5(jsonb_build_array(r.kind, r.subject, r.text, r.detail)::text) where r.state = 'open'
$$;
