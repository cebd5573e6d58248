-- A page of what waits for a person's yes or no: orders first, longest waiting first, because somebody has paid for them; then products
-- and proposals, newest first.  $1 type (NULL = all), $2 limit, and the place of the last one of the page before (all NULL: from the
-- start): $3 part (1 orders, 2 products, 3 proposals), $4 its created_at in microseconds (orders; else 0), $5 its id.
-- payload: what a yes sends out.  json
with open_order as (
  select o.* from unnest(array['held', 'approval']) as w (state) cross join lateral (
    select * from shop_order s
    where s.state = w.state and ($3::integer is null
      or (s.created_at, s.id) > ('epoch'::timestamptz + $4::bigint * interval '1 microsecond', $5::bigint))
    order by s.created_at, s.id limit $2::bigint) o
  where ($1::text is null or $1 = 'release') and coalesce($3::integer, 1) = 1
), open_product as (
  select o.* from unnest(array['needs_review', 'approval']) as w (state) cross join lateral (
    select * from product p where p.state = w.state and (coalesce($3::integer, 1) < 2 or p.id < $5::bigint)
    order by p.id desc limit $2::bigint) o
  where ($1::text is null or $1 = 'publish') and coalesce($3::integer, 1) <= 2
), open_proposal as (
  select r.* from proposal r
  where r.state = 'open' and ($1::text is null or r.kind = 'product.' || $1)
    and (coalesce($3::integer, 1) < 3 or r.id < $5::bigint)
  order by r.id desc limit $2::bigint
), found as (
  select 1 as part, (extract(epoch from created_at) * 1000000)::bigint as at, id from open_order
  union all select 2, 0, id from open_product
  union all select 3, 0, id from open_proposal
), page as (
  select *, row_number() over (order by part, at, case when part = 1 then id end, id desc) as place from found order by place limit $2::bigint
), shown as (
  select place, part, at, id, json_build_object('id', 'order-' || id, 'type', 'release', 'title', title, 'text', text, 'money', money,
      'numbers', numbers, 'since', since, 'expires_at', null, 'seen', seen, 'href', '/orders?open=' || id, 'payload', payload) as one
  from (
    select g.place, g.part, g.at, o.id, o.name || coalesce(' for ' || (o.address ->> 'name'), '') as title,
           case when o.state = 'approval' then 'Every check passed; the flow asks before it orders.'
                else coalesce(o.hold_reasons -> 0 ->> 'text', 'On hold') end as text,
           case when o.total_minor is not null then json_build_object('minor', o.total_minor, 'currency', o.currency) end as money,
           coalesce((o.hold_reasons -> 0 -> 'numbers'), '{}')
             || jsonb_strip_nulls(jsonb_build_object('code', o.hold_code, 'risk', o.risk, 'score', o.score)) as numbers,
           coalesce(o.held_at, o.decided_at, o.changed_at) as since, approval_order_seen(o) as seen,
           json_build_object('to', o.address, 'email', o.email,
             'lines', (select coalesce(json_agg(json_build_object('title', l.title, 'sku', l.sku, 'quantity', l.to_ship,
                 'vid', (select m.vid from variant_mapping m where m.shop_sku = l.sku and m.confirmed_at is not null order by m.rank limit 1))
                 order by l.id), '[]') from order_line l where l.order_id = o.id and l.to_ship > 0)) as payload
    from page g join shop_order o on g.part = 1 and o.id = g.id) x
  union all
  select place, part, at, id, json_build_object('id', 'product-' || id, 'type', 'publish', 'title', name, 'text', text, 'money', money,
      'numbers', numbers, 'since', since, 'expires_at', null, 'seen', seen, 'href', '/products?open=' || id, 'payload', payload)
  from (
    select g.place, g.part, g.at, p.id, coalesce(t.title, p.name) as name,
           coalesce(case when p.state = 'needs_review' then coalesce(p.problem, 'Its texts need a look.') end, p.decision_text, 'Ready to publish.') as text,
           case when p.price_minor is not null then json_build_object('minor', p.price_minor, 'currency', p.shop_currency) end as money,
           jsonb_strip_nulls(jsonb_build_object('margin_ppm', p.margin_ppm, 'margin_minor', p.margin_minor, 'landed_minor', p.landed_minor,
             'score', round(p.score_e4 / 10000.0, 1), 'variants', (select count(*) from variant v where v.product_id = p.id and v.offered
                                                                     and v.gone_at is null))) as numbers,
           coalesce(p.decided_at, p.changed_at) as since, approval_product_seen(p) as seen,
           json_build_object('title', t.title, 'description_html', t.description_html, 'seo_title', t.seo_title,
             'meta_description', t.meta_description, 'tags', t.tags, 'text_version', t.version,
             'variants', (select coalesce(json_agg(json_build_object('sku', v.sku, 'name', v.name, 'price_minor', v.price_minor,
                 'stock', v.stock) order by v.id), '[]') from variant v where v.product_id = p.id and v.offered and v.gone_at is null),
             'images', p.detail -> 'images') as payload
    from page g join product p on g.part = 2 and p.id = g.id
    left join lateral (select * from listing_text l where l.product_id = p.id order by l.version desc limit 1) t on true) x
  union all
  select place, part, at, id, json_build_object('id', 'proposal-' || id, 'type', type, 'title', title, 'text', text, 'money', money,
      'numbers', numbers, 'since', created_at, 'expires_at', null, 'seen', seen, 'href', href, 'payload', payload)
  from (
    select g.place, g.part, g.at, r.id, r.created_at, r.text, split_part(r.kind, '.', 2) as type, coalesce(p.name, r.subject) as title,
           case when r.detail ? 'price_minor' and coalesce(r.detail ->> 'currency', p.shop_currency) is not null
             then json_build_object('minor', (r.detail ->> 'price_minor')::bigint,
                                    'currency', coalesce(r.detail ->> 'currency', p.shop_currency)) end as money,
           jsonb_strip_nulls(r.detail || jsonb_build_object('price_now_minor', p.price_minor)) as numbers,
           approval_proposal_seen(r) as seen, case when p.id is not null then '/products?open=' || p.id end as href,
           json_build_object('kind', r.kind, 'subject', r.subject, 'detail', r.detail) as payload
    from page g join proposal r on g.part = 3 and r.id = g.id
    left join product p on p.id = case when r.subject ~ '^product:[0-9]{1,18}$' then substr(r.subject, 9)::bigint end) x
)
select json_build_object('approvals', coalesce(json_agg(one order by place), '[]'),
  'next', case when count(*) = $2::bigint then (select part || '-' || at || '-' || id from shown order by place desc limit 1) end) as json
from shown
