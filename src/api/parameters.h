// One table of query parameters a list: the same rows check them all and name every fault.
#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/query.h"
#include "base/limits.h"
#include "base/percent.h"
#include "base/result.h"
#include "domain/task_rules.h"

namespace ordo::api {

// `set` checks the value and moves what it says into the target, or says what is wrong with it.
template <class T>
struct KnownParameter {
  std::string_view name;
  bool is_filter;  // a cursor is bound to it
  std::optional<domain::Violation> (*set)(T& target, const std::string& value);
};

// All the faults of `given` at once; those of parameters that nobody knows, too.
template <class T>
std::vector<base::FieldError> set_parameters(T& target, std::span<const KnownParameter<T>> known,
                                             const QueryParameters& given) {
  std::vector<base::FieldError> errors;
  for (const auto& [name, value] : given) {
    std::string pointer = pointer_to_parameter(name);
    const auto parameter = std::ranges::find(known, name, &KnownParameter<T>::name);
    if (parameter == known.end()) {
      errors.push_back(
          {std::move(pointer), "unknown_parameter", "there is no such parameter here"});
    } else if (auto violation = parameter->set(target, value)) {
      errors.push_back(
          {std::move(pointer), std::move(violation->code), std::move(violation->message)});
    }
  }
  return errors;
}

// The filters as they were given, in the table's order and unambiguous.
template <class T>
std::string canonical_filters(std::span<const KnownParameter<T>> known,
                              const QueryParameters& given) {
  std::string out;
  for (const KnownParameter<T>& one : known) {
    const auto found =
        std::ranges::find(given, one.name, &std::pair<std::string, std::string>::first);
    if (!one.is_filter || found == given.end()) continue;
    out += (out.empty() ? "" : "&") + std::string(one.name) + "=" +
           base::percent_encode(found->second);
  }
  return out;
}

// Nothing, or why it is no limit of a page.
inline std::optional<domain::Violation> set_page_limit(std::size_t& limit,
                                                       const std::string& value) {
  const char* const end = value.data() + value.size();
  const auto [stop, error] = std::from_chars(value.data(), end, limit);
  const bool good =
      error == std::errc() && stop == end && limit >= 1 && limit <= base::kMaxPageItems;
  if (good) return std::nullopt;
  return domain::Violation{"out_of_range", "a limit is a whole number from 1 to 1000"};
}

// What is wrong with a query where no parameter is known.
[[nodiscard]] inline std::optional<base::Error> fault_of_bare_query(std::string_view query) {
  const base::Result<QueryParameters> given = parse_query(query);
  if (!given) return given.error();
  struct Nothing {};
  Nothing nothing;
  std::vector<base::FieldError> errors = set_parameters<Nothing>(nothing, {}, *given);
  if (errors.empty()) return std::nullopt;
  return bad_query(std::move(errors));
}

}  // namespace ordo::api
