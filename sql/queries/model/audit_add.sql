-- $1 who, $2 action, $3 subject, $4 detail (JSON object)
insert into audit (who, action, subject, detail) values ($1, $2, $3, $4::jsonb)
