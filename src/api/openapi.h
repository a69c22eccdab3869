#pragma once

#include <string>
#include <string_view>

namespace ordo::api {

// The OpenAPI 3.1 document, made from the route table and the field tables. Built once.
[[nodiscard]] const std::string& openapi_document(std::string_view version);

}  // namespace ordo::api
