-- The poll named $1 has seen everything up to $2; it never goes back.
insert into poll_cursor (name, updated_to) values ($1, $2::timestamptz)
on conflict (name) do update set updated_to = greatest(poll_cursor.updated_to, excluded.updated_to), updated_at = now()
