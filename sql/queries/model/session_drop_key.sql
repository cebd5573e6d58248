-- End all sessions of the key named $1.
delete from session where key_id = (select id from api_key where name = $1)
