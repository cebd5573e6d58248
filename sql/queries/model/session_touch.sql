-- Session $1 was used, and with it its key.  Passed over while another connection notes the same.
with used as (
  update session set last_used_at = now()
  where id = (select id from session where id = $1::bigint for update skip locked)
  returning key_id)
update api_key set last_used_at = now()
where id = (select id from api_key where id in (select key_id from used) for update skip locked)
