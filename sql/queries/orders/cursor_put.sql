-- The poll named $1 has seen everything up to $2, and there is more behind that ($3); it never goes back.
insert into poll_cursor (name, updated_to, behind) values ($1, $2::timestamptz, $3::boolean)
on conflict (name) do update
set updated_to = greatest(poll_cursor.updated_to, excluded.updated_to), behind = excluded.behind, updated_at = now()
