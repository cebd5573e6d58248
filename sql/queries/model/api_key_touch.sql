-- Key $1 was used.  Passed over while another session notes the same.
update api_key set last_used_at = now()
where id = (select id from api_key where id = $1::bigint for update skip locked)
