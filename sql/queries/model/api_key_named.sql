-- Does a key named $1 exist?  One row or none.
select id from api_key where name = $1
