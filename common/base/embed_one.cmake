# cmake -DIN=text -DOUT=file.c -DNAME=symbol -P embed_one.cmake
# A line "-- include: path" (below the folder of IN) stands for that file: scripts have no way to share a function.
file(READ "${IN}" text)
get_filename_component(folder "${IN}" DIRECTORY)
file(STRINGS "${IN}" includes REGEX "^-- include: ")
if(includes)
  foreach(line IN LISTS includes)
    string(REPLACE "-- include: " "" path "${line}")
    file(READ "${folder}/${path}" included)
    string(STRIP "${included}" included)
    string(REPLACE "${line}" "${included}" text "${text}")
  endforeach()
  set(IN "${OUT}.text")
  file(WRITE "${IN}" "${text}")
endif()
file(READ "${IN}" hex HEX)
file(SHA1 "${IN}" sha1)
string(REGEX REPLACE "(..)" "0x\\1," bytes "${hex}")
file(WRITE "${OUT}" "#include \"common/base/embedded.h\"\n\nextern const struct embedded ${NAME};\n"
  "static const unsigned char text[] = { ${bytes} 0 };\n"
  "const struct embedded ${NAME} = { \"${NAME}\", (const char *)text, sizeof text - 1, \"${sha1}\" };\n")
