-- Messages that are spam for longer than $1 days go, at most $2 of them: the oldest first.
delete from contact_message
where id in (select id from contact_message where state = 'spam' and changed_at < now() - make_interval(days => $1::integer)
             order by id limit $2::integer)
