# The ordo-lambda program: what AWS Lambda runs. As with the ordo program, all but main.cc is a
# library.
file(GLOB lambda_sources CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/src/lambda/*.cc")
set(lambda_tests ${lambda_sources})
list(FILTER lambda_sources EXCLUDE REGEX "(_test|/main)\\.cc$")
list(FILTER lambda_tests INCLUDE REGEX "_test\\.cc$")

file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/roots/lambda")
file(CREATE_LINK "${PROJECT_SOURCE_DIR}/src/lambda" "${PROJECT_BINARY_DIR}/roots/lambda/lambda" SYMBOLIC)
add_library(ordo_lambda_parts STATIC ${lambda_sources})
ordo_unite(ordo_lambda_parts)
target_include_directories(ordo_lambda_parts PUBLIC "${PROJECT_BINARY_DIR}/roots/lambda")
target_link_libraries(ordo_lambda_parts PUBLIC ordo_api ordo_aws ordo_functions ordo_system ordo_flags)
target_compile_definitions(ordo_lambda_parts PUBLIC ORDO_VERSION="${PROJECT_VERSION}")

add_executable(ordo_lambda src/lambda/main.cc)
set_target_properties(ordo_lambda PROPERTIES OUTPUT_NAME ordo-lambda)
target_link_libraries(ordo_lambda PRIVATE ordo_lambda_parts)

if(lambda_tests AND ORDO_TESTS)
  ordo_test(lambda_settings_test SOURCES ${lambda_tests} LINKS ordo_lambda_parts BUILDS address)
endif()
