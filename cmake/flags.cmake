# How everything here is compiled. g++ 12 is the compiler of record; clang builds the fuzz targets,
# and what the sanitizers watch, in two thirds of g++'s time.
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
# Compiling takes most of a test run's time. Under a sanitizer what is seldom waited for is not
# optimised, in a third of the time; nor are the tests themselves, in two thirds. What is BUSY is:
# ordo_module and ordo_test say so.
if(ORDO_SANITIZE)
  set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O0 -g1")
  set(ordo_busy_module_optimisation -O1)
endif()
if(CMAKE_BUILD_TYPE STREQUAL "RelWithDebInfo")
  set(ordo_test_optimisation -O0)
  set(ordo_busy_test_optimisation -O1)
endif()

add_library(ordo_flags INTERFACE)
target_compile_options(ordo_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # g++ 12 sees an unused alternative of std::expected as a read of nothing.
  target_compile_options(ordo_flags INTERFACE -Wno-maybe-uninitialized)
  # At -O3 it takes a text put before another for one that overlaps.
  target_compile_options(ordo_flags INTERFACE -Wno-restrict)
endif()
target_compile_definitions(ordo_flags INTERFACE BOOST_ALLOW_DEPRECATED_HEADERS)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # clang 19 with the standard library of g++ 12: without this there is no std::expected.
  add_compile_options(-Wno-builtin-macro-redefined)
  # What g++ says of signs, and of names that hide others, is enough: clang also means those of other
  # sources in the same unit. That library's sort asks for memory in a way that is old.
  target_compile_options(ordo_flags INTERFACE
    -Wno-sign-conversion -Wno-shadow -Wno-deprecated-declarations)
  add_compile_definitions(__cpp_concepts=202002L)
endif()

if(ORDO_FUZZ)
  # All code is watched by libFuzzer; only its targets bring a main of its own.
  add_compile_options(-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()
if(ORDO_SANITIZE STREQUAL "address")
  # The check of virtual tables opens a pipe to see whether memory can be read, and so calls every
  # object broken in the test that leaves no descriptor.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize=vptr -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
  add_compile_definitions(ORDO_ADDRESS_SANITIZER)
elseif(ORDO_SANITIZE STREQUAL "thread")
  add_compile_options(-fsanitize=thread -fno-omit-frame-pointer)
  add_link_options(-fsanitize=thread)
  add_compile_definitions(ORDO_THREAD_SANITIZER)
endif()
if(ORDO_COVERAGE)
  add_compile_options(--coverage -fprofile-update=atomic)
  add_link_options(--coverage)
endif()
