-- Open proposal of kind $1 about subject $2, with sentence $3 and detail $4 (json); the open one of that kind is renewed.
insert into proposal (kind, subject, text, detail) values ($1, $2, $3, $4::jsonb)
on conflict (kind, subject) where state = 'open' do update set text = excluded.text, detail = excluded.detail
