// The route table: what there is to ask for. The router serves from it and the OpenAPI document is
// printed from it, so that they cannot disagree.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "api/exchange.h"

namespace ordo::api {

struct Parameter {
  std::string_view name;
  std::string_view in;      // "query" or "header"
  std::string_view schema;  // JSON Schema object
  std::string_view description;
  bool required = false;
};

// One possible answer besides the problems that any route may have.
struct AnswerDoc {
  int status;
  std::string_view description;
  std::string_view schema;  // the name of a component, or "" without a body
  // Joined by commas, where it is not the one that the route produces.
  std::string_view media_types = {};
};

struct Route {
  std::string_view method;
  std::string_view
      path;  // "/tasks/{id}"; a second variable, at the end, takes the rest of the path
  std::string_view operation;
  std::string_view summary;
  std::string_view tag;
  std::string_view produces;        // media type
  std::string_view request_schema;  // the name of a component, or "" without a body
  std::span<const Parameter> parameters;
  std::span<const AnswerDoc> answers;
  Endpoint endpoint;
  bool body_optional = false;  // the request's: without one it is as if it were {}
};

// What most of them have.
inline constexpr std::string_view kJson = "application/json";
inline constexpr std::span<const Parameter> kNoParameters;

[[nodiscard]] std::span<const Route> routes();

// Whether a home has this route; null: it has all.
using Offers = bool (*)(const Route& route);
// Those of them that are about pipelines.
[[nodiscard]] std::span<const Route> execution_routes();

// "{id}" of a route's path, or "".
[[nodiscard]] std::string_view variable_of(std::string_view path);
// "{key}" of "/objects/{bucket}/{key}", or "".
[[nodiscard]] std::string_view second_variable_of(std::string_view path);

struct Match {
  const Route* route = nullptr;  // null: no such path, or not this method
  std::string id;                // the variable part, decoded
  std::string rest;              // the second one, which may have slashes, decoded
  std::string allow;             // the methods that the path has; empty: no such path
  bool bad_encoding = false;
};

// HEAD finds GET's route. What is not offered is not there.
[[nodiscard]] Match find_route(std::string_view method, std::string_view path,
                               Offers offers = nullptr);

}  // namespace ordo::api
