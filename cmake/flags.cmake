# How everything here is compiled. g++ 12 is the compiler of record; clang builds the fuzz targets.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
if(ORDO_SANITIZE)
  # A third less to compile, and the tests run nearly as fast.
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O1 -g1")
endif()

add_library(ordo_flags INTERFACE)
target_compile_options(ordo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees an unused alternative of std::expected as a read of nothing.
  target_compile_options(ordo_flags INTERFACE -Wno-maybe-uninitialized)
endif()
target_compile_definitions(ordo_flags INTERFACE BOOST_ALLOW_DEPRECATED_HEADERS)

if(ORDO_FUZZ)
  # All code is watched by libFuzzer; only its targets bring a main of its own.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  # clang 19 with the standard library of g++ 12: without this there is no std::expected.
  add_compile_options(-Wno-builtin-macro-redefined)
  add_compile_definitions(__cpp_concepts=202002L)
endif()
if(ORDO_SANITIZE STREQUAL "address")
  # The check of virtual tables opens a pipe to see whether memory can be read, and so calls every
  # object broken in the test that leaves no descriptor.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
elseif(ORDO_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  target_compile_options(ordo_flags INTERFACE -Wno-tsan)
endif()
if(ORDO_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
if(ORDO_LTO)
  set(CMAKE_INTERPROCEDURAL_OPTIMIZATION ON)
  add_link_options(-flto=auto)
endif()
