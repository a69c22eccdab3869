#pragma once

#include <string>
#include <string_view>

#include "api/router.h"

namespace ordo::api {

// The OpenAPI 3.1 document, made from the route table and the field tables.
[[nodiscard]] std::string openapi_document(std::string_view version, Offers offers = nullptr);

}  // namespace ordo::api
