#include "api/problem.h"

#include <fmt/format.h>

#include <iterator>
#include <utility>

#include "base/json.h"

namespace ordo::api {
namespace {

struct Kind {
  int status;
  std::string_view code;
};

Kind kind_of(base::ErrorCode code) {
  switch (code) {
    case base::ErrorCode::invalid:
      return {400, "invalid"};
    case base::ErrorCode::not_found:
      return {404, "not_found"};
    case base::ErrorCode::conflict:
      return {409, "conflict"};
    case base::ErrorCode::precondition_failed:
      return {412, "precondition_failed"};
    case base::ErrorCode::too_large:
      return {413, "too_large"};
    case base::ErrorCode::busy:
      return {429, "busy"};
    case base::ErrorCode::unavailable:
      return {503, "unavailable"};
    case base::ErrorCode::fatal:
    case base::ErrorCode::internal:
      break;
  }
  return {500, "internal"};
}

std::string_view title_of(int status) {
  switch (status) {
    case 400:
      return "The request is not valid";
    case 403:
      return "This is not allowed";
    case 404:
      return "There is no such thing";
    case 405:
      return "This method is not for this resource";
    case 406:
      return "No acceptable form of the answer";
    case 408:
      return "The request took too long";
    case 409:
      return "The request conflicts with what is there";
    case 411:
      return "A length is required";
    case 412:
      return "A precondition is not met";
    case 413:
      return "The request is too large";
    case 415:
      return "The body's type is not supported";
    case 417:
      return "An expectation is not known";
    case 429:
      return "Too many requests";
    case 431:
      return "The request's head is too large";
    case 501:
      return "Not implemented";
    case 503:
      return "The service cannot do this now";
    case 505:
      return "The HTTP version is not supported";
    default:
      return "Something went wrong on our side";
  }
}

}  // namespace

Problem problem_of(const base::Error& error) {
  const Kind kind = kind_of(error.code);
  // What broke on our side is for the log, not for the caller.
  std::string detail =
      kind.status == 500 ? "an internal error; the server's log says more" : error.message;
  return {kind.status, std::string(kind.code), std::move(detail), error.fields};
}

void append_problem(std::string& out, const Problem& problem) {
  out += R"({"type":"urn:ordo:problem:)";
  out += problem.code;
  out += R"(","title":)";
  base::append_json_string(out, title_of(problem.status));
  fmt::format_to(std::back_inserter(out), R"(,"status":{},"detail":)", problem.status);
  base::append_json_string(out, problem.detail);
  if (!problem.errors.empty()) {
    out += R"(,"errors":[)";
    for (const base::FieldError& error : problem.errors) {
      if (out.back() != '[') out.push_back(',');
      out += R"({"pointer":)";
      base::append_json_string(out, error.pointer);
      out += R"(,"code":)";
      base::append_json_string(out, error.code);
      out += R"(,"message":)";
      base::append_json_string(out, error.message);
      out.push_back('}');
    }
    out.push_back(']');
  }
  out.push_back('}');
}

net::Response respond_problem(const Problem& problem) {
  net::Response response;
  response.status = problem.status;
  response.headers.add("Content-Type", "application/problem+json");
  if (problem.status == 429 || problem.status == 503) response.headers.add("Retry-After", "1");
  append_problem(response.body, problem);
  return response;
}

base::Error bad_field(std::string pointer, std::string code, std::string message) {
  return {base::ErrorCode::invalid,
          "the request is not valid; see errors",
          {{std::move(pointer), std::move(code), std::move(message)}}};
}

}  // namespace ordo::api
