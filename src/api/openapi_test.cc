#include "api/openapi.h"

#include <gtest/gtest.h>

#include <boost/json.hpp>
#include <set>
#include <string>

#include "api/router.h"

namespace ordo::api {
namespace {

const boost::json::value& document() {
  static const boost::json::value parsed = boost::json::parse(openapi_document("1.2.3"));
  return parsed;
}

void collect_references(const boost::json::value& value, std::set<std::string>& out) {
  if (const auto* array = value.if_array()) {
    for (const auto& one : *array) collect_references(one, out);
  } else if (const auto* object = value.if_object()) {
    for (const auto& [key, one] : *object) {
      if (key == "$ref") out.emplace(one.as_string());
      collect_references(one, out);
    }
  }
}

TEST(OpenApi, EveryRouteIsThereOnce) {
  std::size_t operations = 0;
  for (const auto& [path, methods] : document().at("paths").as_object()) {
    operations += methods.as_object().size();
  }
  EXPECT_EQ(operations, routes().size());
  for (const Route& route : routes()) {
    std::string method(route.method);
    for (char& c : method) c = static_cast<char>(c + ('a' - 'A'));
    const auto& operation = document().at("paths").at(route.path).at(method);
    EXPECT_EQ(operation.at("operationId").as_string(), route.operation);
    EXPECT_TRUE(operation.at("responses").as_object().contains("default"));
    EXPECT_EQ(operation.as_object().contains("requestBody"), !route.request_schema.empty());
    if (route.request_schema.empty()) continue;
    EXPECT_EQ(operation.at("requestBody").at("required"), !route.body_optional);
  }
}

TEST(OpenApi, EveryReferenceLeadsSomewhere) {
  std::set<std::string> references;
  collect_references(document(), references);
  EXPECT_GT(references.size(), 5U);
  for (const std::string& reference : references) {
    boost::system::error_code error;
    EXPECT_NE(document().find_pointer(reference.substr(1), error), nullptr) << reference;
  }
}

TEST(OpenApi, AVariableOfAPathIsARequiredParameter) {
  for (const auto& [path, methods] : document().at("paths").as_object()) {
    const bool variable = path.find('{') != boost::json::string_view::npos;
    for (const auto& [method, operation] : methods.as_object()) {
      bool named = false;
      const auto* parameters = operation.as_object().if_contains("parameters");
      if (parameters != nullptr) {
        for (const auto& one : parameters->as_array()) {
          named = named || (one.at("in") == "path" && one.at("required") == true);
        }
      }
      EXPECT_EQ(named, variable) << path << ' ' << method;
    }
  }
}

TEST(OpenApi, SaysItsVersion) {
  EXPECT_EQ(document().at("openapi"), "3.1.0");
  EXPECT_EQ(document().at("info").at("version"), "1.2.3");
}

}  // namespace
}  // namespace ordo::api
