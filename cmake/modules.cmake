# ordo_unite(TARGET): its sources are compiled several at once, so that what they include is read
# once. Names without linkage are therefore each used once in a module. Under a sanitizer more of
# them: that is seldom compiled for one change.
function(ordo_unite TARGET)
  if(ORDO_UNITY)
    set(together 8)
    if(ORDO_SANITIZE)
      set(together 24)
    endif()
    set_target_properties(${TARGET} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE ${together})
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
      # A source's own names are taken for a header's.
      target_compile_options(${TARGET} PRIVATE -Wno-subobject-linkage)
    endif()
  endif()
endfunction()

# ordo_module(NAME [PURE] [BUSY] [USES module…] [LINKS library…] [PRIVATE_LINKS library…]
#             [TEST_LINKS library…])
#
# PURE: its tests have nothing to show to the thread sanitizer; nothing in it knows of threads, or
# the tests of the whole program show them.
# BUSY: its tests wait for nothing but it; under a sanitizer, too, it is optimised.
# A module is the folder src/NAME: all its *.cc but the tests, seen by others as "NAME/file.h".
# Each module has an include root of its own that holds nothing but itself, so a module sees only
# what it names here (and what those name): any other arrow is "No such file or directory".
function(ordo_module NAME)
  cmake_parse_arguments(ARG "PURE;BUSY" "" "USES;LINKS;PRIVATE_LINKS;TEST_LINKS" ${ARGN})
  set(dir "${PROJECT_SOURCE_DIR}/src/${NAME}")
  set(root "${PROJECT_BINARY_DIR}/roots/${NAME}")
  file(MAKE_DIRECTORY "${root}")
  file(CREATE_LINK "${dir}" "${root}/${NAME}" SYMBOLIC)

  file(GLOB sources CONFIGURE_DEPENDS "${dir}/*.cc")
  set(tests ${sources})
  list(FILTER sources EXCLUDE REGEX "_test\\.cc$")
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")

  if(sources)
    add_library(ordo_${NAME} STATIC ${sources})
    ordo_unite(ordo_${NAME})
    set(scope PUBLIC)
  else()
    add_library(ordo_${NAME} INTERFACE)
    set(scope INTERFACE)
  endif()
  add_library(ordo::${NAME} ALIAS ordo_${NAME})
  target_include_directories(ordo_${NAME} ${scope} "${root}")
  foreach(used IN LISTS ARG_USES)
    if(NOT TARGET ordo_${used})
      message(FATAL_ERROR "${NAME} uses ${used}, which is not listed above it")
    endif()
    target_link_libraries(ordo_${NAME} ${scope} ordo_${used})
  endforeach()
  target_link_libraries(ordo_${NAME} ${scope} ${ARG_LINKS} ordo_flags)
  if(sources AND ARG_BUSY)
    target_compile_options(ordo_${NAME} PRIVATE ${ordo_busy_module_optimisation})
  endif()
  if(sources AND ARG_PRIVATE_LINKS)
    target_link_libraries(ordo_${NAME} PRIVATE ${ARG_PRIVATE_LINKS})
  endif()
  if(tests AND ORDO_TESTS)
    set(builds address thread)
    if(ARG_PURE)
      set(builds address)
    endif()
    ordo_test(${NAME}_test SOURCES ${tests} LINKS ordo_${NAME} ${ARG_TEST_LINKS} BUILDS ${builds})
  endif()
endfunction()

# ordo_is_left_out(RESULT [build…]): whether this build is none of those.
function(ordo_is_left_out RESULT)
  set(build release)
  if(ORDO_SANITIZE)
    set(build ${ORDO_SANITIZE})
  endif()
  set(${RESULT} OFF PARENT_SCOPE)
  if(ARGN AND NOT build IN_LIST ARGN AND (ORDO_SANITIZE OR NOT ORDO_EVERY_TEST))
    set(${RESULT} ON PARENT_SCOPE)
  endif()
endfunction()

# ordo_test(NAME [BUSY] SOURCES file… [LINKS library…] [BUILDS build…] [TIMEOUT seconds]
#           [LABELS label…] [ENV NAME=value…])
# One GoogleTest program; ctest sees each of its tests. BUSY: what it does itself takes its time.
#
# BUILDS: those of release, address and thread that it shows something in; otherwise all. What tests
# a part of the program alone runs under AddressSanitizer and, if it has threads, ThreadSanitizer;
# what runs the program or a home also as users have it; what has one thread not under
# ThreadSanitizer. With ORDO_EVERY_TEST the build without a sanitizer has all of them.
function(ordo_test NAME)
  cmake_parse_arguments(ARG "BUSY" "TIMEOUT" "SOURCES;LINKS;BUILDS;LABELS;ENV" ${ARGN})
  ordo_is_left_out(left_out ${ARG_BUILDS})
  if(left_out)
    return()
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  # Neither optimised nor left alone: counting takes its time.
  if(ORDO_COVERAGE)
    math(EXPR ARG_TIMEOUT "${ARG_TIMEOUT} * 4")
  endif()
  add_executable(${NAME} ${ARG_SOURCES})
  ordo_unite(${NAME})
  target_link_libraries(${NAME} PRIVATE ${ARG_LINKS} ordo_testing GTest::gmock GTest::gtest_main)
  target_compile_options(${NAME} PRIVATE ${ordo_test_optimisation})
  if(ARG_BUSY)
    target_compile_options(${NAME} PRIVATE ${ordo_busy_test_optimisation})
  endif()
  set_target_properties(${NAME} PROPERTIES RUNTIME_OUTPUT_DIRECTORY "${PROJECT_BINARY_DIR}/tests")
  gtest_discover_tests(${NAME} DISCOVERY_MODE PRE_TEST
                       PROPERTIES TIMEOUT ${ARG_TIMEOUT} LABELS "${ARG_LABELS}" ENVIRONMENT "${ARG_ENV}")
endfunction()
