#include "aws/json_service.h"

#include <fmt/format.h>

#include <utility>

namespace ordo::aws {

std::expected<std::string, ServiceError> JsonService::call(std::string_view action,
                                                           std::string body,
                                                           const CallLimits& limits) {
  net::Request request;
  request.method = "POST";
  request.path = "/";
  request.headers.add("Content-Type", "application/x-amz-json-1.0");
  request.headers.add("X-Amz-Target", fmt::format("{}.{}", target_, action));
  request.body = std::move(body);
  auto answer = client_.call(request, limits);
  if (answer) return std::move(answer->body);
  answer.error().call += fmt::format(" {}", action);
  return std::unexpected(std::move(answer.error()));
}

}  // namespace ordo::aws
