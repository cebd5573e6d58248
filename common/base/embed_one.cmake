# cmake -DIN=text -DOUT=file.c -DNAME=symbol -P embed_one.cmake
file(READ "${IN}" hex HEX)
file(SHA1 "${IN}" sha1)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE "${OUT}" "#include \"common/base/embedded.h\"\n\nextern const struct embedded ${NAME};\n"
  "static const unsigned char text[] = { ${bytes} 0 };\n"
  "const struct embedded ${NAME} = { \"${NAME}\", (const char *)text, sizeof text - 1, \"${sha1}\" };\n")
