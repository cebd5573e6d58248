-- $1 name, $2 kind, $3 spec (JSON object), $4 by whom; no row when the name is taken.  id
insert into pricing_rule (name, kind, spec, created_by) values ($1, $2, $3::jsonb, $4)
on conflict (name) do nothing returning id
