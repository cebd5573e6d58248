-- What a person says without having been asked: kind $1 about subject $2, sentence $3, detail $4 (JSON object), by $5.
insert into proposal (kind, subject, text, detail, state, decided_at, decided_by)
values ($1, $2, $3, $4::jsonb, 'accepted', now(), $5)
