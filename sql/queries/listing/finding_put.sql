-- Finding $1 of the set-up check: level $2, sentence $3, what to do $4 (NULL = nothing).
insert into setup_finding (name, level, text, mend) values ($1, $2, $3, $4)
on conflict (name) do update set at = now(), level = excluded.level, text = excluded.text, mend = excluded.mend
