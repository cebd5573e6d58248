-- Who changed which setting last.  name, updated_by, updated_at
select name, updated_by, to_json(updated_at) #>> '{}' as updated_at from setting
