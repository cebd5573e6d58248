-- End the session with token's SHA-256 $1, if there is one.
delete from session where token_sha256 = $1
