# The ordo program: all of src/ordo but main.cc is a library, so that tests can link it.
file(GLOB program_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/ordo/*.cc")
set(program_tests ${program_sources})
list(FILTER program_sources EXCLUDE REGEX "(_test|/main)\\.cc$")
list(FILTER program_tests INCLUDE REGEX "_test\\.cc$")

file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/roots/ordo")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/ordo" "${PROJECT_BINARY_DIR}/roots/ordo/ordo" SYMBOLIC)
include(cmake/shipped.cmake)
add_library(ordo_program_parts STATIC ${program_sources} "${shipped_dir}/shipped.S"
            "${shipped_dir}/shipped.cc")
ordo_unite(ordo_program_parts)
target_include_directories(ordo_program_parts PUBLIC "${PROJECT_BINARY_DIR}/roots/ordo")
target_link_libraries(ordo_program_parts
  PUBLIC ordo_api ordo_files ordo_sqlite ordo_postgres ordo_system ordo_functions ordo_notify ordo_cli CLI11::CLI11
  PRIVATE tomlplusplus::tomlplusplus)
target_compile_definitions(ordo_program_parts PUBLIC ORDO_VERSION="${PROJECT_VERSION}")

add_executable(ordo_program src/ordo/main.cc)
set_target_properties(ordo_program PROPERTIES OUTPUT_NAME ordo)
target_link_libraries(ordo_program PRIVATE ordo_program_parts)

if(program_tests AND ORDO_TESTS)
  ordo_test(program_test SOURCES ${program_tests}
            LINKS ordo_program_parts tomlplusplus::tomlplusplus BUILDS address TIMEOUT 120)
  if(TARGET program_test)
    add_dependencies(program_test ordo_program)
  endif()
endif()
