-- What is wrong with the store's visits: sentence $1, what to do $2.  No row when the same was found before.
insert into setup_finding (name, level, text, mend) values ('sessions', 'warn', $1, $2)
on conflict (name) do update set at = now(), level = excluded.level, text = excluded.text, mend = excluded.mend
where setup_finding.text <> excluded.text
